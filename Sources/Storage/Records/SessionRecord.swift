package import Bus

/// A row of `sessions`: a run of an agent, under the id that the agent chose.
package struct SessionRecord: Equatable, Sendable {
    package var id: String
    package var projectID: UUIDv7?
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var toolsUsed: Int
    package var successes: Int
    package var errors: Int

    package init(
        id: String,
        projectID: UUIDv7? = nil,
        startedAt: Timestamp,
        endedAt: Timestamp? = nil,
        toolsUsed: Int = 0,
        successes: Int = 0,
        errors: Int = 0
    ) {
        self.id = id
        self.projectID = projectID
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.toolsUsed = toolsUsed
        self.successes = successes
        self.errors = errors
    }
}

/// Which sessions a list shows; all conditions hold together.
package struct SessionFilter: Equatable, Sendable {
    package var projectID: UUIDv7?
    /// Only those that haven't ended.
    package var activeOnly: Bool

    package init(projectID: UUIDv7? = nil, activeOnly: Bool = false) {
        self.projectID = projectID
        self.activeOnly = activeOnly
    }
}

/// What is to change of a session; nil leaves a column as it is.
package struct SessionChange: Equatable, Sendable {
    /// The end of a session can be taken back.
    package enum End: Equatable, Sendable {
        case at(Timestamp)
        case open
    }

    package var end: End?
    package var toolsUsed: Int?
    package var successes: Int?
    package var errors: Int?

    package init(end: End? = nil, toolsUsed: Int? = nil, successes: Int? = nil, errors: Int? = nil) {
        self.end = end
        self.toolsUsed = toolsUsed
        self.successes = successes
        self.errors = errors
    }
}

/// All sessions in figures.
package struct SessionStatistics: Equatable, Sendable {
    /// One of the projects with the most sessions.
    package struct ProjectShare: Equatable, Sendable {
        package var name: String?
        package var path: String
        package var sessions: Int
        package var tools: Int
    }

    package var sessions = 0
    package var active = 0
    package var tools = 0
    package var successes = 0
    package var errors = 0
    package var toolsPerSession = 0.0
    package var oldest: Timestamp?
    package var newest: Timestamp?
    package var projects: [ProjectShare] = []
}
