package import Bus
package import Storage

/// Which agents want the broadcasts of which topics: contract section 1.11, with an effect.
///
/// A subscription selects broadcasts: messages to one agent are that agent's business. Who wants a topic is answered
/// from memory.
package final class TopicSubscriptions: Sendable {
    private let store: any TopicSubscriptionStore
    private let hosts: CallbackHosts
    private let ids: UUIDGenerator
    private let now: @Sendable () -> Timestamp
    private let mirror = StoreMirror(empty: SubscriptionIndex())

    /// Subscriptions that there may be; all are in memory.
    package static let limit = 10_000
    /// Rows of one answer.
    package static let listLimit = 1000

    /// - Parameter hosts: Which hosts may be called.
    package init(
        store: any TopicSubscriptionStore,
        hosts: CallbackHosts,
        ids: UUIDGenerator = UUIDGenerator(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.hosts = hosts
        self.ids = ids
        self.now = now
    }

    // MARK: - Changes

    /// Subscribes an agent to a topic, or replaces what its subscription calls.
    package func subscribe(
        _ agentID: String,
        to topic: String,
        callbackURL: String?
    ) async throws(AgentsError) -> TopicSubscription {
        guard MessageTopic.isValid(topic) else {
            throw .invalid([.init(field: "topic", text: MessageTopic.advice)])
        }
        if let callbackURL { try check(callbackURL) }
        guard mirror.read({ $0.count < Self.limit || $0.contains(agentID: agentID, topic: topic) }) else {
            throw AgentsError(.conflict, "There are \(Self.limit) subscriptions already")
        }
        let time = now()
        let wanted = TopicSubscription(
            id: ids.next(at: time),
            agentID: agentID,
            topic: topic,
            callbackURL: callbackURL,
            createdAt: time,
            updatedAt: time
        )
        let subscription: TopicSubscription
        do {
            subscription = try await store.subscribe(wanted)
        } catch {
            throw AgentsError(error)
        }
        mirror.change { $0.insert(subscription) }
        return subscription
    }

    /// A name is looked up when it is called: where it leads may change.
    private func check(_ text: String) throws(AgentsError) {
        let url = try CallbackURL(text)
        guard let reason = hosts.refusal(ofHost: url.host) else { return }
        throw .invalid([.init(field: "callback_url", text: reason)])
    }

    /// Ends a subscription by its id.
    package func unsubscribe(_ id: UUIDv7) async throws(AgentsError) -> TopicSubscription {
        let subscription: TopicSubscription?
        do {
            subscription = try await store.unsubscribe(id)
        } catch {
            throw AgentsError(error)
        }
        return try ended(subscription)
    }

    /// Ends a subscription by agent and topic.
    package func unsubscribe(_ agentID: String, from topic: String) async throws(AgentsError) -> TopicSubscription {
        let subscription: TopicSubscription?
        do {
            subscription = try await store.unsubscribe(agentID: agentID, topic: topic)
        } catch {
            throw AgentsError(error)
        }
        return try ended(subscription)
    }

    private func ended(_ subscription: TopicSubscription?) throws(AgentsError) -> TopicSubscription {
        guard let subscription else { throw AgentsError(.notFound, "Subscription not found") }
        mirror.change { $0.remove(agentID: subscription.agentID, topic: subscription.topic) }
        return subscription
    }

    // MARK: - Questions

    /// Those that fit, newest first.
    package func list(agentID: String?, topic: String?) async throws(AgentsError) -> [TopicSubscription] {
        do {
            return try await store.subscriptions(ofAgent: agentID, topic: topic, limit: Self.listLimit)
        } catch {
            throw AgentsError(error)
        }
    }

    /// Those of one agent, by topic.
    package func list(ofAgent agentID: String) async throws(AgentsError) -> [TopicSubscription] {
        do {
            return try await store.subscriptionsByTopic(ofAgent: agentID, limit: Self.listLimit)
        } catch {
            throw AgentsError(error)
        }
    }

    /// Who wants a topic, from memory.
    package func subscriptions(of topic: String) -> [TopicSubscription] {
        mirror.read { $0.subscriptions(of: topic) }
    }

    /// Subscriptions in memory.
    package var count: Int { mirror.read(\.count) }

    /// Takes over the store's table.
    func reload() async throws(StorageError) {
        try await mirror.reload { () throws(StorageError) in
            let found = try await self.store.subscriptions(ofAgent: nil, topic: nil, limit: Self.limit)
            return SubscriptionIndex(found)
        }
    }
}
