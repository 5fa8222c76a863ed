package import Storage

/// What a brief is to be about, and how long it may be.
package struct BriefOptions: Equatable, Sendable {
    package var agentID: String
    package var sessionID: String
    /// Inferred from the agent's id if not given.
    package var agentType: String?
    package var maximumTokens = BriefOptions.defaultTokens
    package var includesHistory = true
    package var historyLimit = 10
    package var includesMessages = true
    package var includesBlocking = true
    /// The project of the session's newest request if not given.
    package var projectID: UUIDv7?
    /// What the agent wrote down before its context was compacted.
    package var summary: String?

    /// Bounds of `maximumTokens` and `historyLimit`.
    package static let tokens = 100...8000
    package static let defaultTokens = 2000
    package static let historyLimits = 1...50

    package init(agentID: String, sessionID: String) {
        self.agentID = agentID
        self.sessionID = sessionID
    }
}
