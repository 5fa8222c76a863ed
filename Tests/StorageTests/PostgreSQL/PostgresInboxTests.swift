import Bus
import TestSupport
import Testing

@testable import Storage

/// Which of two servers of one database offers an item.
struct PostgresInboxTests {
    private let folders: [TemporaryFolder]

    init() throws { folders = [try TemporaryFolder(), try TemporaryFolder()] }

    private func withTwo(
        presence: InboxPresence = .none,
        at location: StoreLocation? = nil,
        _ body: (DurableStore, DurableStore) async throws -> Void
    ) async throws {
        let location = if let location { location } else { try await StoreKind.postgres.location() }
        var servers: [DurableStore] = []
        for folder in folders {
            servers.append(
                try await DurableStore.open(
                    folder: folder.path,
                    location: location,
                    learning: testLearning,
                    presence: presence
                )
            )
        }
        try await body(servers[0], servers[1])
        for server in servers { try await server.close() }
    }

    private func claimed(_ agent: String = "bob", by server: DurableStore) async throws -> [UUIDv7] {
        let store = server.store
        try await store.claimItems(of: agent, after: .start, by: server.serverID, now: .now())
        let page = try await store.pendingItems(of: agent, after: .start, heldBy: server.serverID, now: .now())
        return page.items.map(\.message.id)
    }

    private let receipt = InboxReceipt(
        event: .dead,
        messageID: testIDs.next(),
        agentID: "bob",
        sender: "al ice",
        topic: "x.t"
    )

    private func shared(_ server: DurableStore) throws -> any SharedInboxStore { try #require(server.sharedInboxes) }

    @Test func anItemBelongsToOneLivingServer() async throws {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        try await withTwo(at: .postgres(options)) { (one: DurableStore, two: DurableStore) async throws in
            let message = sampleMessage(at: .now())
            try await one.append(.message(message))
            try await one.flush(milliseconds: 150_000)
            try await shared(one).renewLease(of: one.serverID)
            // A slow machine may take longer than a lease.
            try await withPostgres(options) { (connection: PostgresConnection) async throws in
                try await connection.execute("UPDATE inbox_servers SET lease_until = 'infinity'")
            }
            #expect(try await shared(two).claimableAgents(among: ["bob", "eve"], by: two.serverID) == ["bob"])
            #expect(try await claimed(by: one) == [message.id])
            #expect(try await claimed(by: two).isEmpty)
            #expect(try await claimed(by: one) == [message.id])
            #expect(try await shared(two).claimableAgents(among: ["bob"], by: two.serverID).isEmpty)

            try await shared(one).releaseItems(heldBy: one.serverID, keeping: ["bob"])
            #expect(try await claimed(by: two).isEmpty)
            try await shared(one).releaseItems(heldBy: one.serverID, keeping: ["eve"])
            #expect(try await claimed(by: two) == [message.id])
        }
    }

    @Test func whatADeadServerHeldIsFree() async throws {
        try await withTwo { (one: DurableStore, two: DurableStore) async throws in
            let message = sampleMessage(at: .now())
            try await one.append(.message(message))
            try await one.flush(milliseconds: 150_000)
            // It never said that it is alive.
            #expect(try await claimed(by: one) == [message.id])
            #expect(try await shared(two).claimableAgents(among: ["bob"], by: two.serverID) == ["bob"])
            #expect(try await claimed(by: two) == [message.id])
        }
    }

    @Test func itemsOfAgentsThatAreHereAreHeldFromTheStart() async throws {
        let presence = InboxPresence(isConnected: { $0 == "bob" }, connected: { ["bob", "carol"] })
        try await withTwo(presence: presence) { (one: DurableStore, two: DurableStore) async throws in
            for message in [
                sampleMessage(at: .now()), sampleMessage(to: "eve", at: .now()), sampleMessage(to: nil, at: .now()),
            ] {
                try await one.append(.message(message))
            }
            try await one.flush(milliseconds: 150_000)
            #expect(try await claimed("bob", by: two).isEmpty)
            #expect(try await claimed("carol", by: two).isEmpty)
            #expect(try await claimed("eve", by: two).count == 2)
            #expect(try await claimed("bob", by: one).count == 2)
        }
    }

    @Test func serversHearOfEachOther() async throws {
        try await withTwo { (one: DurableStore, two: DurableStore) async throws in
            let (words, said) = AsyncStream.makeStream(of: InboxNews.self)
            // The first batch makes the database.
            try await two.append(.action(sampleAction()))
            try await two.flush(milliseconds: 150_000)
            try await shared(two).watchInboxes(as: two.serverID) { said.yield($0) }
            var heard = words.makeAsyncIterator()
            // From here on everything is heard.
            #expect(await heard.next() == .items(agentID: nil))
            try await one.append(.message(sampleMessage(to: "bob", at: .now())))
            try await one.flush(milliseconds: 150_000)
            try await one.append(.message(sampleMessage(to: nil, at: .now())))
            try await one.flush(milliseconds: 150_000)
            #expect(await heard.next() == .items(agentID: "bob"))
            #expect(await heard.next() == .items(agentID: nil))
            #expect(try await claimed(by: one).count == 2)
            try await shared(one).releaseItems(heldBy: one.serverID, keeping: [])
            #expect(await heard.next() == .items(agentID: "bob"))
            // What it says itself it doesn't hear.
            var own = receipt
            own.topic = "x.own"
            try await shared(two).announce([own], from: two.serverID)
            try await shared(one).announce([receipt], from: one.serverID)
            #expect(await heard.next() == .receipt(receipt))
        }
    }

    @Test func wordsOfServersAreReadBack() {
        for news in [InboxNews.items(agentID: "a b"), .items(agentID: nil), .receipt(receipt)] {
            let word = InboxWord(server: "s", news: news)
            #expect(InboxWord(word.payload) == word)
        }
        for payload in ["", "no separator", "a\nb\nc", "s\nmessage.other\n\(receipt.messageID)\na\nb\nx.t"] {
            #expect(InboxWord(payload) == nil)
        }
    }
}
