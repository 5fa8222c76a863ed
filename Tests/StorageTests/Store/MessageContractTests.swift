import Bus
import TestSupport
import Testing

@testable import Storage

/// What every store does alike with messages and inboxes.
struct MessageContractTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func with(
        _ kind: StoreKind,
        _ records: [JournalRecord],
        _ body: (DurableStore) async throws -> Void
    ) async throws {
        let durable = try await kind.open(records, in: folder)
        try await body(durable)
        try await durable.close()
    }

    private func later(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: testTime.milliseconds + milliseconds)
    }

    /// All that waits for an agent, page by page.
    private func pending(_ agent: String, in durable: DurableStore, at now: Timestamp? = nil) async throws
        -> [InboxItem]
    {
        let now = now ?? later(1)
        var items: [InboxItem] = []
        var cursor = InboxCursor.start
        while true {
            try await durable.store.claimItems(of: agent, after: cursor, by: durable.serverID, now: now)
            let page = try await durable.store.pendingItems(
                of: agent,
                after: cursor,
                heldBy: durable.serverID,
                now: now
            )
            items += page.items
            guard !page.isLast, let last = page.items.last else { return items }
            cursor = last.cursor
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aMessageComesBackAsItWasSent(kind: StoreKind) async throws {
        var message = sampleMessage(from: "ä ␀ 🙂", priority: 7)
        message.content = #"{"a":"\u0000 \ud800 ␀0","n":1e999,"big":123456789012345678901234567890,"a":[ 1 ]}"#
        message.threadID = "t ␀"
        message.replyTo = testIDs.next()
        message.clientMessageID = "c"
        message.isVerified = true
        try await with(kind, [.message(message)]) { (durable: DurableStore) async throws in
            #expect(try await durable.store.message(message.id) == message)
            #expect(try await pending("bob", in: durable) == [InboxItem(message: message)])
            #expect(try await durable.store.message(testIDs.next()) == nil)
            #expect(try await durable.store.counts().messages == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aProjectThatIsNotThereIsLeftOut(kind: StoreKind) async throws {
        var message = sampleMessage()
        message.projectID = testIDs.next().description
        try await with(kind, [.message(message)]) { (durable: DurableStore) async throws in
            #expect(durable.figures.writer.rejected == 0)
            #expect(try await durable.store.message(message.id)?.projectID == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func whatWaitsComesByPriorityAndAgeInPages(kind: StoreKind) async throws {
        let messages = (0..<150).map { sampleMessage(priority: $0 % 3, at: later(Int64($0))) }
        try await with(kind, messages.map { .message($0) } + [.message(sampleMessage(to: "carol"))]) {
            (durable: DurableStore) async throws in
            let found = try await pending("bob", in: durable)
            let expected = messages.sorted { ($0.priority, $1.id) > ($1.priority, $0.id) }
            #expect(found.map(\.message.id) == expected.map(\.id))
            #expect(found.first?.message.priority == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func acknowledgedDeadAndExpiredItemsWaitNoMore(kind: StoreKind) async throws {
        let messages = (0..<4).map { _ in sampleMessage() }
        let short = sampleMessage(lifetime: 10)
        let records: [JournalRecord] =
            (messages + [short]).map { .message($0) } + [
                sampleChange(.offered, of: messages, attempts: 2, nextOfferAt: later(9), at: later(2)),
                sampleChange(.acknowledged, of: [messages[0]], attempts: 0, at: later(3)),
                sampleChange(.dead, of: [messages[1]], attempts: 10, at: later(4)),
            ]
        try await with(kind, records) { (durable: DurableStore) async throws in
            let store = durable.store
            var expected = messages[2...].map { InboxItem(message: $0, attempts: 2, nextOfferAt: later(9)) }
            #expect(try await pending("bob", in: durable, at: later(20)) == expected)
            expected.append(InboxItem(message: short))
            #expect(try await pending("bob", in: durable, at: later(9)) == expected)

            var status = InboxItemStatus(agentID: "bob", state: .acknowledged, attempts: 2, storedAt: testTime)
            status.offeredAt = later(2)
            status.acknowledgedAt = later(3)
            #expect(try await store.itemStates(ofMessage: messages[0].id) == [status])

            let dead = try await store.deadItems(of: nil, limit: 10, offset: 0)
            #expect(dead == [DeadItem(message: messages[1], agentID: "bob", attempts: 10, deadAt: later(4))])
            #expect(try await store.deadItems(of: "carol", limit: 10, offset: 0).isEmpty)
            #expect(try await store.deadItems(of: "bob", limit: 10, offset: 1).isEmpty)

            let expired = ExpiredItem(
                messageID: short.id,
                agentID: "bob",
                sender: "alice",
                topic: "context.request"
            )
            #expect(try await store.expireItems(now: later(10), limit: 10) == [expired])
            #expect(try await store.expireItems(now: later(10), limit: 10).isEmpty)
            #expect(try await store.itemStates(ofMessage: short.id).first?.state == .expired)
            #expect(
                try await store.inboxFigures(limit: 10)
                    == [InboxFigures(agentID: "bob", pending: 2, offered: 2, oldest: testTime)]
            )
        }
    }

    @Test(arguments: StoreKind.allCases)
    func changesThatComeTooLateChangeNothing(kind: StoreKind) async throws {
        let message = sampleMessage()
        try await with(kind, [.message(message), sampleChange(.acknowledged, of: [message])]) {
            (durable: DurableStore) async throws in
            try await durable.append(sampleChange(.offered, of: [message], attempts: 5))
            try await durable.append(sampleChange(.dead, of: [message], attempts: 5))
            try await durable.flush(milliseconds: 150_000)
            let status = try await durable.store.itemStates(ofMessage: message.id)
            #expect(status.map(\.state) == [.acknowledged])
            #expect(status.map(\.attempts) == [1])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func nobodyAcknowledgesWhatIsAnothersInbox(kind: StoreKind) async throws {
        let message = sampleMessage()
        let broadcast = sampleMessage(to: nil)
        let records: [JournalRecord] = [
            .message(message), .message(broadcast), sampleChange(.acknowledged, of: [message], by: "carol"),
            sampleChange(.acknowledged, of: [broadcast], by: "carol"),
            sampleChange(.acknowledged, of: [broadcast], by: "alice"),
            sampleChange(.acknowledged, of: [sampleMessage()], by: "carol"),
        ]
        try await with(kind, records) { (durable: DurableStore) async throws in
            #expect(try await durable.store.itemStates(ofMessage: message.id).map(\.agentID) == ["bob"])
            #expect(try await durable.store.itemStates(ofMessage: broadcast.id).map(\.agentID) == ["carol"])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aBroadcastWaitsForEverybodyButItsSender(kind: StoreKind) async throws {
        let broadcast = sampleMessage(to: nil)
        try await with(kind, [.message(broadcast)]) { (durable: DurableStore) async throws in
            #expect(try await pending("bob", in: durable).map(\.message) == [broadcast])
            #expect(try await pending("carol", in: durable).map(\.message) == [broadcast])
            #expect(try await pending("alice", in: durable).isEmpty)
            try await durable.append(sampleChange(.acknowledged, of: [broadcast], by: "carol"))
            try await durable.flush(milliseconds: 150_000)
            #expect(try await pending("carol", in: durable).isEmpty)
            #expect(try await pending("bob", in: durable).count == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func readingMarksAndIsNoAcknowledgement(kind: StoreKind) async throws {
        let messages = [
            sampleMessage(priority: 1, at: later(2)), sampleMessage(at: later(0)), sampleMessage(to: nil, at: later(1)),
            sampleMessage(topic: "x.other", at: later(3)), sampleMessage(lifetime: 1),
        ]
        let reading = ReadingRecord(agentID: "bob", messageIDs: messages[1...2].map(\.id), createdAt: later(4))
        let records: [JournalRecord] = messages.map { .message($0) } + [.reading(reading), .reading(reading)]
        try await with(kind, records) { (durable: DurableStore) async throws in
            let store = durable.store
            let now = later(10)
            let page = try await store.messages(matching: MessageFilter(agentID: "bob"), now: now)
            #expect(page.messages.map(\.message) == [messages[0], messages[1], messages[2], messages[3]])
            #expect(page.messages.map(\.isRead) == [false, true, true, false])
            #expect(page.unread == 2)
            #expect(try await pending("bob", in: durable, at: now).count == 4)

            var filter = MessageFilter(agentID: "bob", since: later(0), topic: "context.request", limit: 1)
            #expect(try await store.messages(matching: filter, now: now).messages.map(\.message) == [messages[0]])
            filter.limit = 9
            filter.includesBroadcasts = false
            #expect(try await store.messages(matching: filter, now: now).messages.map(\.message) == [messages[0]])
            let other = try await store.messages(matching: MessageFilter(agentID: "carol"), now: now)
            #expect(other.messages.map(\.isRead) == [false])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aDeadItemMayBeginAnew(kind: StoreKind) async throws {
        let message = sampleMessage(lifetime: 5)
        let records: [JournalRecord] = [.message(message), sampleChange(.dead, of: [message], attempts: 10)]
        try await with(kind, records) { (durable: DurableStore) async throws in
            let store = durable.store
            #expect(try await store.reviveItem(ofMessage: message.id, agentID: "carol", expiresAt: later(99)) == false)
            #expect(try await store.reviveItem(ofMessage: message.id, agentID: "bob", expiresAt: later(99)))
            #expect(try await store.reviveItem(ofMessage: message.id, agentID: "bob", expiresAt: later(99)) == false)
            let found = try await pending("bob", in: durable, at: later(50))
            #expect(found.map(\.attempts) == [0])
            #expect(found.map(\.message.expiresAt) == [later(99)])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func agentsAndAnswersAreKnown(kind: StoreKind) async throws {
        var message = sampleMessage(at: .now())
        message.idempotency = IdempotencyRecord(key: "message k", fingerprint: [1], response: [2])
        let sighting = SightingRecord(agentID: "bob", createdAt: testTime)
        try await with(kind, [.message(message), .sighting(sighting), .sighting(sighting)]) {
            (durable: DurableStore) async throws in
            #expect(try await durable.store.isKnown(agentID: "bob"))
            #expect(try await durable.store.isKnown(agentID: "carol") == false)
            #expect(try await durable.store.answer(forKey: "message k") == message.idempotency)
        }
    }
}
