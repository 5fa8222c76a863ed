package import Bus

/// What an agent listens to that has to acknowledge events, for a server that begins again.
package struct KeptListener: Equatable, Sendable {
    package var agentID: String
    /// Empty to forget the agent.
    package var patterns: [ChannelPattern]
    /// When its last connection ended; nil while it has one.
    package var leftAt: Timestamp?

    package init(agentID: String, patterns: [ChannelPattern], leftAt: Timestamp?) {
        self.agentID = agentID
        self.patterns = patterns
        self.leftAt = leftAt
    }
}

/// Where listeners are kept.
package protocol ListenerKeeper: Sendable {
    /// Writes a change soon; doesn't wait.
    func keep(_ listeners: [KeptListener])
}
