internal import Bus

/// Which optional fields of a message are there, and its flags.
private struct MessageFields: OptionSet {
    let rawValue: UInt64
    static let toAgent = MessageFields(rawValue: 1)
    static let project = MessageFields(rawValue: 2)
    static let thread = MessageFields(rawValue: 4)
    static let replyTo = MessageFields(rawValue: 8)
    static let clientMessageID = MessageFields(rawValue: 16)
    static let verified = MessageFields(rawValue: 32)
    static let idempotency = MessageFields(rawValue: 64)
    static let event = MessageFields(rawValue: 128)
    static let all = MessageFields(rawValue: 255)

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(of message: MessageRecord) {
        self = []
        if message.toAgent != nil { insert(.toAgent) }
        if message.projectID != nil { insert(.project) }
        if message.threadID != nil { insert(.thread) }
        if message.replyTo != nil { insert(.replyTo) }
        if message.clientMessageID != nil { insert(.clientMessageID) }
        if message.isVerified { insert(.verified) }
        if message.idempotency != nil { insert(.idempotency) }
        if message.isEvent { insert(.event) }
    }
}

extension RecordWriter {
    mutating func write(_ message: MessageRecord) {
        id(message.id)
        signed(message.createdAt.milliseconds)
        signed(message.expiresAt.milliseconds)
        unsigned(MessageFields(of: message).rawValue)
        text(message.fromAgent)
        text(message.topic)
        text(message.content)
        signed(Int64(message.priority))
        if let toAgent = message.toAgent { text(toAgent) }
        if let projectID = message.projectID { text(projectID) }
        if let threadID = message.threadID { text(threadID) }
        if let replyTo = message.replyTo { id(replyTo) }
        if let clientMessageID = message.clientMessageID { text(clientMessageID) }
        if let idempotency = message.idempotency { write(idempotency) }
        if let channel = message.channel {
            text(channel)
            list(message.recipients)
        }
    }

    mutating func write(_ record: InboxRecord) {
        signed(record.createdAt.milliseconds)
        byte(record.change.rawValue)
        text(record.agentID)
        byte(record.nextOfferAt == nil ? 0 : 1)
        if let nextOfferAt = record.nextOfferAt { signed(nextOfferAt.milliseconds) }
        unsigned(UInt64(record.items.count))
        for item in record.items {
            id(item.messageID)
            signed(Int64(item.attempts))
        }
    }

    mutating func write(_ record: ReadingRecord) {
        signed(record.createdAt.milliseconds)
        text(record.agentID)
        unsigned(UInt64(record.messageIDs.count))
        for messageID in record.messageIDs { id(messageID) }
    }

    mutating func write(_ record: SightingRecord) {
        signed(record.createdAt.milliseconds)
        text(record.agentID)
    }

    private mutating func id(_ id: UUIDv7) {
        word(id.high)
        word(id.low)
    }
}

extension RecordReader {
    mutating func message() throws(StorageError) -> MessageRecord {
        let id = try id()
        let createdAt = try timestamp()
        let expiresAt = try timestamp()
        let fields = MessageFields(rawValue: try unsigned())
        guard fields.isSubset(of: .all) else { throw Self.damaged("unknown fields") }
        var message = MessageRecord(
            id: id,
            fromAgent: try text(),
            toAgent: nil,
            topic: try text(),
            content: try text(),
            priority: Int(try signed()),
            isVerified: fields.contains(.verified),
            createdAt: createdAt,
            expiresAt: expiresAt
        )
        if fields.contains(.toAgent) { message.toAgent = try text() }
        if fields.contains(.project) { message.projectID = try text() }
        if fields.contains(.thread) { message.threadID = try text() }
        if fields.contains(.replyTo) { message.replyTo = try self.id() }
        if fields.contains(.clientMessageID) { message.clientMessageID = try text() }
        if fields.contains(.idempotency) { message.idempotency = try idempotency() }
        if fields.contains(.event) {
            message.channel = try text()
            message.recipients = try list()
        }
        return message
    }

    mutating func inboxChange() throws(StorageError) -> InboxRecord {
        let createdAt = try timestamp()
        guard let change = InboxRecord.Change(rawValue: try byte()) else { throw Self.damaged("an unknown change") }
        let agentID = try text()
        let hasNext = try byte()
        guard hasNext <= 1 else { throw Self.damaged("a flag of \(hasNext)") }
        let nextOfferAt = hasNext == 1 ? try timestamp() : nil
        let items = try list { (reader) throws(StorageError) in
            InboxRecord.Item(messageID: try reader.id(), attempts: Int(try reader.signed()))
        }
        return InboxRecord(
            agentID: agentID,
            change: change,
            items: items,
            nextOfferAt: nextOfferAt,
            createdAt: createdAt
        )
    }

    mutating func reading() throws(StorageError) -> ReadingRecord {
        let createdAt = try timestamp()
        let agentID = try text()
        let messageIDs = try list { (reader) throws(StorageError) in try reader.id() }
        return ReadingRecord(agentID: agentID, messageIDs: messageIDs, createdAt: createdAt)
    }

    mutating func sighting() throws(StorageError) -> SightingRecord {
        let createdAt = try timestamp()
        return SightingRecord(agentID: try text(), createdAt: createdAt)
    }

    private mutating func id() throws(StorageError) -> UUIDv7 { UUIDv7(high: try word(), low: try word()) }
}
