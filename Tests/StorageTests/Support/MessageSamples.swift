import Bus

@testable import Storage

func sampleMessage(
    from sender: String = "alice",
    to agent: String? = "bob",
    priority: Int = 0,
    topic: String = "context.request",
    lifetime: Int64 = 3_600_000,
    at time: Timestamp = testTime
) -> MessageRecord {
    MessageRecord(
        id: testIDs.next(at: time),
        fromAgent: sender,
        toAgent: agent,
        topic: topic,
        content: #"{"n":1}"#,
        priority: priority,
        createdAt: time,
        expiresAt: Timestamp(milliseconds: time.milliseconds + lifetime)
    )
}

func sampleEvent(
    _ name: String = "task.created",
    on channel: String = "global",
    to agents: [String],
    lifetime: Int64 = 3_600_000,
    at time: Timestamp = testTime
) -> MessageRecord {
    MessageRecord(
        event: name,
        id: testIDs.next(at: time),
        channel: channel,
        data: #"{"id":"␀"}"#,
        sender: nil,
        isVerified: false,
        recipients: agents,
        createdAt: time,
        expiresAt: Timestamp(milliseconds: time.milliseconds + lifetime)
    )
}

func sampleChange(
    _ change: InboxRecord.Change,
    of messages: [MessageRecord],
    by agent: String = "bob",
    attempts: Int = 1,
    nextOfferAt: Timestamp? = nil,
    at time: Timestamp = testTime
) -> JournalRecord {
    .inbox(
        InboxRecord(
            agentID: agent,
            change: change,
            items: messages.map { InboxRecord.Item(messageID: $0.id, attempts: attempts) },
            nextOfferAt: nextOfferAt,
            createdAt: time
        )
    )
}

/// Any record about messages, with everything that a field may hold.
func randomMessageRecord<Generator: RandomNumberGenerator>(
    at time: Timestamp,
    using random: inout Generator,
    _ text: (inout Generator) -> String
) -> JournalRecord {
    func id(_ random: inout Generator) -> UUIDv7 {
        UUIDv7(high: .random(in: 0 ... .max, using: &random), low: .random(in: 0 ... .max, using: &random))
    }
    func ids(_ random: inout Generator) -> [UUIDv7] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in id(&random) }
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
        var message = MessageRecord(
            id: id(&random),
            fromAgent: text(&random),
            toAgent: Bool.random(using: &random) ? text(&random) : nil,
            topic: text(&random),
            content: String(decoding: jsonArray([text(&random)]), as: UTF8.self),
            priority: .random(in: -10...10, using: &random),
            isVerified: .random(using: &random),
            createdAt: time,
            expiresAt: Timestamp(milliseconds: time.milliseconds + 1)
        )
        if Bool.random(using: &random) { message.threadID = text(&random) }
        if Bool.random(using: &random) { message.projectID = text(&random) }
        if Bool.random(using: &random) { message.replyTo = id(&random) }
        if Bool.random(using: &random) { message.clientMessageID = text(&random) }
        if Bool.random(using: &random) {
            message.channel = text(&random)
            message.recipients = (0..<Int.random(in: 0...3, using: &random)).map { _ in text(&random) }
        }
        if Bool.random(using: &random) {
            message.idempotency = IdempotencyRecord(key: text(&random), fingerprint: [1, 2], response: [])
        }
        return .message(message)
    case 1:
        return .inbox(
            InboxRecord(
                agentID: text(&random),
                change: [.offered, .acknowledged, .dead].randomElement(using: &random) ?? .offered,
                items: ids(&random).map { .init(messageID: $0, attempts: .random(in: 0...20, using: &random)) },
                nextOfferAt: Bool.random(using: &random) ? time : nil,
                createdAt: time
            )
        )
    case 2:
        return .reading(ReadingRecord(agentID: text(&random), messageIDs: ids(&random), createdAt: time))
    default: return .sighting(SightingRecord(agentID: text(&random), createdAt: time))
    }
}
