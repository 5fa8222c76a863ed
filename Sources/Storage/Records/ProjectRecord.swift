package import Bus

/// A row of `projects`: a folder in which agents work.
package struct ProjectRecord: Equatable, Sendable {
    package var id: UUIDv7
    /// As `ProjectPath` has it.
    package var path: String
    package var name: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// A JSON object.
    package var metadata: [UInt8]

    package init(
        id: UUIDv7,
        path: String,
        name: String?,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        metadata: [UInt8] = EmptyJSON.object
    ) {
        self.id = id
        self.path = path
        self.name = name
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.metadata = metadata
    }
}

/// `{}`
package enum EmptyJSON {
    package static let object = Array("{}".utf8)
}

/// What was done in a project.
package struct ProjectStatistics: Equatable, Sendable {
    package var projectID: UUIDv7
    package var name: String?
    package var path: String
    package var requests: Int
    package var subtasks: Int
    /// Those of its sessions, and those of its subtasks that belong to no session.
    package var actions: Int
    package var successfulActions: Int
    /// Of the actions of its subtasks; nil if none says how long it took.
    package var averageMilliseconds: Double?
    package var lastActivity: Timestamp
}
