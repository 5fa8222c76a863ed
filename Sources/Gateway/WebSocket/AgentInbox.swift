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
        listens: Set<ChannelPattern>,
        isRestored: Bool,
        on shard: isolated Shard
    ) {
        self.inboxes = inboxes
        self.subscriber = shard.hold(subscriber)
        link = inboxes.open(
            agentID,
            acknowledges: acknowledges,
            listens: listens,
            isRestored: isRestored,
            subscriber: self.subscriber,
            on: shard
        )
    }

    func startAcknowledging() { inboxes.startAcknowledging(link) }

    /// The connection listens to these patterns, too.
    func listen(to patterns: [ChannelPattern]) { inboxes.listen(link, to: patterns) }

    /// It doesn't listen to a pattern any more.
    func ignore(_ pattern: ChannelPattern) { inboxes.ignore(link, pattern) }

    func close(on shard: isolated Shard) {
        inboxes.close(link)
        shard.letGo(subscriber)
    }
}
