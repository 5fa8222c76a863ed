internal import Agents
internal import Bus

/// The inbox of a connection's agent, from its arrival until it leaves.
struct AgentInbox {
    private let inboxes: Inboxes
    private let subscriber: Int
    let link: InboxLink

    init(
        _ inboxes: Inboxes,
        _ agentID: String,
        _ subscriber: Subscriber,
        acknowledges: Bool,
        on shard: isolated Shard
    ) {
        self.inboxes = inboxes
        self.subscriber = shard.hold(subscriber)
        link = inboxes.open(agentID, acknowledges: acknowledges, subscriber: self.subscriber, on: shard)
    }

    func startAcknowledging() { inboxes.startAcknowledging(link) }

    func close(on shard: isolated Shard) {
        inboxes.close(link)
        shard.letGo(subscriber)
    }
}
