import Bus
import TestSupport
import Testing

@testable import Storage

/// Events that agents have to acknowledge, in every store.
struct EventContractTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func with(
        _ kind: StoreKind,
        _ records: [JournalRecord],
        _ body: (DurableStore) async throws -> Void
    ) async throws {
        let durable = try await kind.open(records, in: folder)
        do {
            try await body(durable)
        } catch {
            try await durable.close()
            throw error
        }
        try await durable.close()
    }

    private func pending(_ agent: String, in durable: DurableStore, at time: Timestamp = later(1)) async throws
        -> [InboxItem]
    {
        let store = durable.store
        try await store.claimItems(of: agent, after: .start, by: durable.serverID, now: time)
        return try await store.pendingItems(of: agent, after: .start, heldBy: durable.serverID, now: time).items
    }

    /// As the store gives it back: whose items there are it says by these.
    private func read(_ event: MessageRecord) -> MessageRecord {
        var event = event
        event.recipients = []
        return event
    }

    @Test(arguments: StoreKind.allCases)
    func anEventIsAnItemOfEachRecipient(kind: StoreKind) async throws {
        let event = sampleEvent(to: ["alice", "bob"])
        let records: [JournalRecord] = [
            .message(event), sampleChange(.offered, of: [event], attempts: 1, nextOfferAt: later(5)),
        ]
        try await with(kind, records) { (durable: DurableStore) async throws in
            let offered = InboxItem(message: read(event), attempts: 1, nextOfferAt: later(5))
            #expect(try await pending("bob", in: durable) == [offered])
            #expect(try await pending("alice", in: durable) == [InboxItem(message: read(event))])
            #expect(try await pending("carol", in: durable).isEmpty)
            try await durable.append(sampleChange(.acknowledged, of: [event], attempts: 0))
            // Who has no item can't make one.
            try await durable.append(sampleChange(.acknowledged, of: [event], by: "carol", attempts: 0))
            try await durable.flush(milliseconds: 150_000)
            #expect(try await pending("bob", in: durable).isEmpty)
            let states = try await durable.store.itemStates(ofMessage: event.id)
            #expect(states.map(\.agentID) == ["alice", "bob"])
            #expect(states.map(\.state) == [.stored, .acknowledged])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func anEventIsNoMessage(kind: StoreKind) async throws {
        let event = sampleEvent(to: ["bob"], lifetime: 10_000)
        let message = sampleMessage(lifetime: 10_000)
        try await with(kind, [.message(event), .message(message)]) { (durable: DurableStore) async throws in
            let store = durable.store
            let filter = MessageFilter(agentID: "bob")
            let found = try await store.messages(matching: filter, now: later(1))
            #expect(found.messages.map(\.message.id) == [message.id])
            #expect(found.unread == 1)
            #expect(try await store.counts().messages == 1)
            let figures = try await store.messageFigures(now: later(1))
            #expect(figures.total == 1)
            #expect(figures.topics == ["context.request": 1])
            // Its expiry is nobody's loss.
            let expired = try await store.expireItems(now: later(10_000), limit: 10)
            #expect(
                Dictionary(uniqueKeysWithValues: expired.map { ($0.messageID, $0.sender) }) == [
                    event.id: nil, message.id: "alice",
                ]
            )
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aDeadEventIsListedAndMayBeginAnew(kind: StoreKind) async throws {
        let event = sampleEvent("subtask.failed", on: "agents/bob", to: ["bob"])
        let records: [JournalRecord] = [.message(event), sampleChange(.dead, of: [event], attempts: 10, at: later(4))]
        try await with(kind, records) { (durable: DurableStore) async throws in
            let dead = try await durable.store.deadItems(of: "bob", limit: 10, offset: 0)
            #expect(dead == [DeadItem(message: read(event), agentID: "bob", attempts: 10, deadAt: later(4))])
            let isRevived = try await durable.store.reviveItem(
                ofMessage: event.id,
                agentID: "bob",
                expiresAt: later(20)
            )
            #expect(isRevived)
            #expect(try await pending("bob", in: durable) == [InboxItem(message: read(event))])
        }
    }
}
