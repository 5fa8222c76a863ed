internal import Storage

/// Subscriptions by topic.
struct SubscriptionIndex: Sendable {
    private var topics: [ExactText: [TopicSubscription]] = [:]
    private(set) var count = 0

    init() {}

    init(_ subscriptions: [TopicSubscription]) {
        self.init()
        for subscription in subscriptions { insert(subscription) }
    }

    /// Subscriptions of a topic, in no particular order.
    func subscriptions(of topic: String) -> [TopicSubscription] { topics[ExactText(topic)] ?? [] }

    func contains(agentID: String, topic: String) -> Bool {
        subscriptions(of: topic).contains { ExactText($0.agentID) == ExactText(agentID) }
    }

    /// In the place of an earlier one of the same agent and topic.
    mutating func insert(_ subscription: TopicSubscription) {
        remove(agentID: subscription.agentID, topic: subscription.topic)
        topics[ExactText(subscription.topic), default: []].append(subscription)
        count += 1
    }

    mutating func remove(agentID: String, topic: String) {
        guard var found = topics.removeValue(forKey: ExactText(topic)) else { return }
        let before = found.count
        found.removeAll { ExactText($0.agentID) == ExactText(agentID) }
        count -= before - found.count
        if !found.isEmpty { topics[ExactText(topic)] = found }
    }
}
