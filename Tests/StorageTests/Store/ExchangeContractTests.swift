import Bus
import TestSupport
import Testing

@testable import Storage

/// What every store does alike with blockings and subscriptions.
struct ExchangeContractTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func with(_ kind: StoreKind, _ body: (any Store) async throws -> Void) async throws {
        let durable = try await kind.open([], in: folder)
        try await body(durable.store)
        try await durable.close()
    }

    private func later(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: testTime.milliseconds + milliseconds)
    }

    private func blocking(_ by: String, _ agent: String, _ reason: String? = nil, at: Int64 = 0) -> BlockingRecord {
        let time = later(at)
        return BlockingRecord(
            id: testIDs.next(at: time),
            blockedBy: by,
            blockedAgent: agent,
            reason: reason,
            createdAt: time
        )
    }

    @Test(arguments: StoreKind.allCases)
    func aPairIsBlockedOnce(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store) async throws in
            let first = try await store.block(blocking("a", "b", "noise\0"))
            #expect(first.reason == "noise\0")
            let second = try await store.block(blocking("a", "b", nil, at: 5))
            // The first row stays, with the new reason.
            #expect(
                second
                    == BlockingRecord(id: first.id, blockedBy: "a", blockedAgent: "b", reason: nil, createdAt: later(0))
            )
            #expect(try await store.blockings(limit: 10) == [second])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func bothSidesAreFoundNewestFirst(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store) async throws in
            let records = [
                blocking("a", "c", at: 0), blocking("b", "c", at: 1), blocking("a", "b", at: 2),
                blocking("c", "a", at: 3),
            ]
            for record in records { _ = try await store.block(record) }
            #expect(try await store.blockers(of: "c", limit: 10) == [records[1], records[0]])
            #expect(try await store.blockers(of: "c", limit: 1) == [records[1]])
            #expect(try await store.blocked(by: "a", limit: 10) == [records[2], records[0]])
            #expect(try await store.blockings(limit: 3) == records.reversed().dropLast())
            #expect(try await store.blockers(of: "d", limit: 10) == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func unblockingSaysWhatItFound(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store) async throws in
            let first = try await store.block(blocking("a", "b", "x"))
            let second = try await store.block(blocking("b", "a"))
            #expect(try await store.unblock(first.id) == first)
            #expect(try await store.unblock(first.id) == nil)
            #expect(try await store.unblock(blockedBy: "a", blockedAgent: "b") == nil)
            #expect(try await store.unblock(blockedBy: "b", blockedAgent: "a") == second)
            #expect(try await store.blockings(limit: 10) == [])
        }
    }

    private func subscription(_ agent: String, _ topic: String, _ url: String? = nil, at: Int64) -> TopicSubscription {
        let time = later(at)
        return TopicSubscription(
            id: testIDs.next(at: time),
            agentID: agent,
            topic: topic,
            callbackURL: url,
            createdAt: time,
            updatedAt: time
        )
    }

    @Test(arguments: StoreKind.allCases)
    func anAgentSubscribesToATopicOnce(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store) async throws in
            let first = try await store.subscribe(subscription("a", "t", "http://127.0.0.1/", at: 0))
            #expect(first.callbackURL == "http://127.0.0.1/")
            let second = try await store.subscribe(subscription("a", "t", nil, at: 9))
            var expected = first
            expected.callbackURL = nil
            expected.updatedAt = later(9)
            #expect(second == expected)
            #expect(try await store.subscriptions(ofAgent: nil, topic: nil, limit: 10) == [expected])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func subscriptionsAreFoundByAgentAndTopic(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store) async throws in
            let all = [
                subscription("a", "t", at: 0), subscription("a", "s", at: 1), subscription("b", "t", at: 2),
            ]
            for each in all { _ = try await store.subscribe(each) }
            #expect(try await store.subscriptions(ofAgent: nil, topic: nil, limit: 10) == all.reversed())
            #expect(try await store.subscriptions(ofAgent: nil, topic: nil, limit: 2) == [all[2], all[1]])
            #expect(try await store.subscriptions(ofAgent: "a", topic: nil, limit: 10) == [all[1], all[0]])
            #expect(try await store.subscriptions(ofAgent: nil, topic: "t", limit: 10) == [all[2], all[0]])
            #expect(try await store.subscriptions(ofAgent: "b", topic: "t", limit: 10) == [all[2]])
            #expect(try await store.subscriptions(ofAgent: "b", topic: "s", limit: 10) == [])
            #expect(try await store.subscriptionsByTopic(ofAgent: "a", limit: 10) == [all[1], all[0]])
            #expect(try await store.unsubscribe(agentID: "a", topic: "s") == all[1])
            #expect(try await store.unsubscribe(agentID: "a", topic: "s") == nil)
            #expect(try await store.unsubscribe(all[0].id) == all[0])
            #expect(try await store.unsubscribe(all[0].id) == nil)
            #expect(try await store.subscriptions(ofAgent: nil, topic: nil, limit: 10) == [all[2]])
        }
    }
}
