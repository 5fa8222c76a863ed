package import Bus

/// A table from which old rows may be deleted.
package enum CleanableTable: String, CaseIterable, Sendable {
    /// By their expiry; all others by when they were made or ended.
    case messages
    case actions
    /// Requests, with their tasks and subtasks.
    case requests
    /// Sessions that have ended.
    case sessions
    /// Records that the store refused.
    case rejectedRecords = "rejected_records"
}

/// A session that was closed because nothing was heard of it.
package struct ClosedSession: Equatable, Sendable {
    package var id: String
    /// The last sign of life.
    package var endedAt: Timestamp

    package init(id: String, endedAt: Timestamp) {
        self.id = id
        self.endedAt = endedAt
    }
}

/// Messages as `GET /api/cleanup/stats` counts them.
package struct MessageFigures: Equatable, Sendable {
    package var total = 0
    package var expired = 0
    /// Nobody has fetched them.
    package var unread = 0
    package var topics: [String: Int] = [:]

    package init() {}
}
