package import Bus

/// `RestoredSubscriptions` for the connections of all loops.
package final class SubscriptionMemory: Sendable {
    private let state: Lock<RestoredSubscriptions>

    package init(_ subscriptions: RestoredSubscriptions = RestoredSubscriptions()) { state = Lock(subscriptions) }

    /// An agent listens to a pattern.
    package func remember(_ pattern: ChannelPattern, of agentID: String) {
        state.withLock { $0.remember(pattern, of: agentID) }
    }

    /// An agent no longer listens to a pattern.
    package func forget(_ pattern: ChannelPattern, of agentID: String) {
        state.withLock { $0.forget(pattern, of: agentID) }
    }

    /// What an agent that has come back listened to.
    package func patterns(of agentID: String) -> [ChannelPattern] {
        state.withLock { $0.patterns(of: agentID) }
    }

    /// Agents and patterns that were forgotten at the limits.
    package var counters: (agents: Int, patterns: Int) {
        state.withLock { ($0.forgottenAgents, $0.forgottenPatterns) }
    }
}
