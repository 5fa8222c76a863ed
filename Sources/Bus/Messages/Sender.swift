/// Who published a message.
package struct Sender: Hashable, Sendable {
    /// The agent's id.
    package let agentID: String
    /// True if a token proved it; false if the connection only claimed it.
    package let isVerified: Bool

    package init(agentID: String, isVerified: Bool) {
        self.agentID = agentID
        self.isVerified = isVerified
    }
}
