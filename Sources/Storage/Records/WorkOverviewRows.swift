package import Bus

/// A subtask that somebody works on or waits with, and what it belongs to.
package struct ActiveAgent: Equatable, Sendable {
    package var subtaskID: UUIDv7
    package var projectID: UUIDv7
    package var projectName: String?
    package var projectPath: String
    package var agentType: String?
    package var agentID: String?
    package var status: String
    package var description: String
    package var startedAt: Timestamp?
    package var createdAt: Timestamp
    package var sessionID: String
    package var requestID: UUIDv7
    package var actions: Int
}

/// All work of a project; each list is as long as a page and sorted as lists of its kind.
package struct ProjectWork: Equatable, Sendable {
    package var requests: [RequestRecord]
    package var tasks: [TaskRecord]
    /// Without their context snapshots.
    package var subtasks: [SubtaskRecord]
    /// There is more than fits.
    package var isTruncated: Bool
}
