package import Bus

/// A row of `actions` as lists show it.
package struct ActionSummary: Equatable, Sendable {
    package var id: UUIDv7
    package var toolName: String
    package var toolType: String
    package var exitCode: Int?
    package var durationMilliseconds: Int?
    package var filePaths: [String]
    package var sessionID: String?
    package var projectPath: String?
    package var createdAt: Timestamp

    package init(
        id: UUIDv7,
        toolName: String,
        toolType: String,
        exitCode: Int?,
        durationMilliseconds: Int?,
        filePaths: [String],
        sessionID: String?,
        projectPath: String?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.toolName = toolName
        self.toolType = toolType
        self.exitCode = exitCode
        self.durationMilliseconds = durationMilliseconds
        self.filePaths = filePaths
        self.sessionID = sessionID
        self.projectPath = projectPath
        self.createdAt = createdAt
    }
}

extension ActionSummary {
    /// Bytes of its texts.
    package var textBytes: Int {
        toolName.utf8.count + toolType.utf8.count + (sessionID?.utf8.count ?? 0) + (projectPath?.utf8.count ?? 0)
            + filePaths.reduce(0) { $0 + $1.utf8.count }
    }
}

/// Which actions a list shows; all conditions hold together. A page ends early, but not before its first row, when its
/// texts take more than `pageBytes`.
package struct ActionFilter: Equatable, Sendable {
    package var toolName: String?
    package var toolType: String?
    package var sessionID: String?
    package var limit: Int
    package var offset: Int
    /// Only those behind this one.
    package var cursor: PageCursor?

    /// Bytes of tool names, ids and paths in one page.
    package static let pageBytes = 4 << 20

    package init(
        toolName: String? = nil,
        toolType: String? = nil,
        sessionID: String? = nil,
        limit: Int = 100,
        offset: Int = 0,
        cursor: PageCursor? = nil
    ) {
        self.toolName = toolName
        self.toolType = toolType
        self.sessionID = sessionID
        self.limit = limit
        self.offset = offset
        self.cursor = cursor
    }
}

/// Actions within one hour; `hour` is its start in UTC.
package struct HourlyCount: Equatable, Sendable {
    package var hour: Timestamp
    package var count: Int

    package init(hour: Timestamp, count: Int) {
        self.hour = hour
        self.count = count
    }
}

/// Row counts for `GET /stats`.
package struct StoreCounts: Equatable, Sendable {
    package var projects = 0
    package var requests = 0
    package var actions = 0
    package var messages = 0

    package init() {}
}

/// What the `metrics` channel shows that only the store knows (contract section 2.8, corrected).
package struct ActivityFigures: Equatable, Sendable {
    package var activeSessions = 0
    package var activeAgents = 0
    package var pendingTasks = 0
    package var runningTasks = 0
    package var completedTasksLastHour = 0
    package var messagesLastHour = 0
    /// Actions of the last five minutes, divided by five.
    package var actionsPerMinute = 0.0
    /// Mean of completed_at - created_at over all completed tasks, 0 if there are none.
    package var averageTaskMilliseconds = 0.0

    package init() {}
}
