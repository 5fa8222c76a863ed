import Bus
import Storage

@testable import Agents

/// Blockings and subscriptions of a store in memory, which may be away.
final class ExchangeProbe: BlockingStore, TopicSubscriptionStore {
    struct Contents {
        var blockings: [BlockingRecord] = []
        var subscriptions: [TopicSubscription] = []
        var failure: StorageError?
        /// Called while all blockings are read.
        var reading: @Sendable () async -> Void = {}
        var reads = 0
    }

    let contents = Lock(Contents())

    private func access<Value>(_ body: (inout Contents) -> Value) throws(StorageError) -> Value {
        try contents.withLock { (contents) throws(StorageError) in
            if let failure = contents.failure { throw failure }
            return body(&contents)
        }
    }

    func block(_ record: BlockingRecord) async throws(StorageError) -> BlockingRecord {
        try access { contents in
            contents.blockings.removeAll {
                $0.blockedBy == record.blockedBy && $0.blockedAgent == record.blockedAgent
            }
            contents.blockings.append(record)
            return record
        }
    }

    func unblock(_ id: UUIDv7) async throws(StorageError) -> BlockingRecord? {
        try access { contents in
            contents.blockings.firstIndex { $0.id == id }.map { contents.blockings.remove(at: $0) }
        }
    }

    func unblock(blockedBy: String, blockedAgent: String) async throws(StorageError) -> BlockingRecord? {
        try access { contents in
            let index = contents.blockings.firstIndex {
                $0.blockedBy == blockedBy && $0.blockedAgent == blockedAgent
            }
            return index.map { contents.blockings.remove(at: $0) }
        }
    }

    func blockers(of agentID: String, limit: Int) async throws(StorageError) -> [BlockingRecord] {
        try access { contents in contents.blockings.filter { $0.blockedAgent == agentID } }
    }

    func blocked(by agentID: String, limit: Int) async throws(StorageError) -> [BlockingRecord] {
        try access { contents in contents.blockings.filter { $0.blockedBy == agentID } }
    }

    func blockings(limit: Int) async throws(StorageError) -> [BlockingRecord] {
        let found = try access { contents in
            contents.reads += 1
            return contents.blockings
        }
        let reading = contents.withLock { contents in
            defer { contents.reading = {} }
            return contents.reading
        }
        await reading()
        return found
    }

    func subscribe(_ subscription: TopicSubscription) async throws(StorageError) -> TopicSubscription {
        try access { contents in
            contents.subscriptions.removeAll {
                $0.agentID == subscription.agentID && $0.topic == subscription.topic
            }
            contents.subscriptions.append(subscription)
            return subscription
        }
    }

    func unsubscribe(_ id: UUIDv7) async throws(StorageError) -> TopicSubscription? {
        try access { contents in
            contents.subscriptions.firstIndex { $0.id == id }.map { contents.subscriptions.remove(at: $0) }
        }
    }

    func unsubscribe(agentID: String, topic: String) async throws(StorageError) -> TopicSubscription? {
        try access { contents in
            let index = contents.subscriptions.firstIndex { $0.agentID == agentID && $0.topic == topic }
            return index.map { contents.subscriptions.remove(at: $0) }
        }
    }

    func subscriptions(
        ofAgent agentID: String?,
        topic: String?,
        limit: Int
    ) async throws(StorageError) -> [TopicSubscription] {
        try access { contents in
            contents.subscriptions.filter {
                (agentID == nil || $0.agentID == agentID) && (topic == nil || $0.topic == topic)
            }
        }
    }

    func subscriptionsByTopic(
        ofAgent agentID: String,
        limit: Int
    ) async throws(StorageError) -> [TopicSubscription] {
        try await subscriptions(ofAgent: agentID, topic: nil, limit: limit)
    }
}
