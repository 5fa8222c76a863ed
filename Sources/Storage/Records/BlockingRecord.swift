package import Bus

/// One agent wants to hear nothing of another: a row of `blocked_agents`.
package struct BlockingRecord: Equatable, Sendable {
    package var id: UUIDv7
    /// Who blocks.
    package var blockedBy: String
    /// Who is blocked.
    package var blockedAgent: String
    package var reason: String?
    package var createdAt: Timestamp

    package init(id: UUIDv7, blockedBy: String, blockedAgent: String, reason: String?, createdAt: Timestamp) {
        self.id = id
        self.blockedBy = blockedBy
        self.blockedAgent = blockedAgent
        self.reason = reason
        self.createdAt = createdAt
    }
}
