/// A party that lives in this process: an actor with a bounded inbox, run by a `Supervisor`.
package protocol Agent: Actor {
    /// Called for one message after the other. An error ends this instance; the supervisor makes a new one.
    func handle(_ message: Message) async throws
}

/// What the supervisor needs to run an agent.
package struct AgentSpecification: Sendable {
    /// For logs and figures.
    package let name: String
    /// What it listens to.
    package let patterns: [ChannelPattern]
    /// Messages that may wait in its inbox.
    package let inboxBound: Int
    package let policy: OverflowPolicy
    /// Makes a fresh instance, also after a failure.
    package let make: @Sendable () async throws -> any Agent

    package init(
        name: String,
        patterns: [ChannelPattern],
        inboxBound: Int = 1024,
        policy: OverflowPolicy = .dropOldest,
        make: @escaping @Sendable () async throws -> any Agent
    ) {
        self.name = name
        self.patterns = patterns
        self.inboxBound = inboxBound
        self.policy = policy
        self.make = make
    }
}
