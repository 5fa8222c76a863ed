package import Bus

/// A row of `subtasks`: what one agent does.
package struct SubtaskRecord: Equatable, Sendable {
    package var id: UUIDv7
    package var taskID: UUIDv7
    package var agentType: String?
    package var agentID: String?
    package var description: String
    package var status: String
    /// Subtasks that have to end first.
    package var blockedBy: [UUIDv7]?
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var completedAt: Timestamp?
    /// A JSON object.
    package var contextSnapshot: [UInt8]?
    /// A JSON object.
    package var result: [UInt8]?

    package init(
        id: UUIDv7,
        taskID: UUIDv7,
        agentType: String? = nil,
        agentID: String? = nil,
        description: String,
        status: String,
        blockedBy: [UUIDv7]? = nil,
        createdAt: Timestamp,
        startedAt: Timestamp? = nil,
        completedAt: Timestamp? = nil,
        contextSnapshot: [UInt8]? = nil,
        result: [UInt8]? = nil
    ) {
        self.id = id
        self.taskID = taskID
        self.agentType = agentType
        self.agentID = agentID
        self.description = description
        self.status = status
        self.blockedBy = blockedBy
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.completedAt = completedAt
        self.contextSnapshot = contextSnapshot
        self.result = result
    }
}

/// Which subtasks a list shows; all conditions hold together.
package struct SubtaskFilter: Equatable, Sendable {
    /// With it the list is oldest first, without it newest first.
    package var taskID: UUIDv7?
    package var status: String?
    package var agentType: String?
    package var agentID: String?

    package init(taskID: UUIDv7? = nil, status: String? = nil, agentType: String? = nil, agentID: String? = nil) {
        self.taskID = taskID
        self.status = status
        self.agentType = agentType
        self.agentID = agentID
    }
}

/// What is to change of a subtask; nil leaves a column as it is.
package struct SubtaskChange: Equatable, Sendable {
    package var status: String?
    package var agentID: String?
    package var blockedBy: [UUIDv7]?
    package var result: [UInt8]?

    package init(
        status: String? = nil,
        agentID: String? = nil,
        blockedBy: [UUIDv7]? = nil,
        result: [UInt8]? = nil
    ) {
        self.status = status
        self.agentID = agentID
        self.blockedBy = blockedBy
        self.result = result
    }
}

/// What became of a row that names others.
package enum WriteOutcome<Row: Sendable>: Sendable {
    case done(Row)
    /// What it belongs to, or the row to change, is not there.
    case absent
    /// Blockers that it names are not there.
    case blockersAbsent
}

extension WriteOutcome: Equatable where Row: Equatable {}
