package import Bus

// What the store knows of an agent's work, as a context brief takes it (contract section 1.13).

/// A subtask that an agent has to do, with the task that it is part of.
package struct ContextTask: Equatable, Sendable {
    package var id: UUIDv7
    package var description: String
    package var status: String
    package var agentType: String?
    package var agentID: String?
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    /// Ids of subtasks that have to be done before.
    package var blockedBy: [String]
    package var taskName: String?
    package var waveNumber: Int?

    package init(
        id: UUIDv7,
        description: String,
        status: String,
        agentType: String? = nil,
        agentID: String? = nil,
        createdAt: Timestamp,
        startedAt: Timestamp? = nil,
        blockedBy: [String] = [],
        taskName: String? = nil,
        waveNumber: Int? = nil
    ) {
        self.id = id
        self.description = description
        self.status = status
        self.agentType = agentType
        self.agentID = agentID
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.blockedBy = blockedBy
        self.taskName = taskName
        self.waveNumber = waveNumber
    }
}

/// A message that an agent has not read.
package struct ContextMessage: Equatable, Sendable {
    package var id: UUIDv7
    package var fromAgent: String
    package var topic: String
    /// JSON text.
    package var content: String
    package var priority: Int
    package var createdAt: Timestamp
    package var isBroadcast: Bool

    package init(
        id: UUIDv7,
        fromAgent: String,
        topic: String,
        content: String,
        priority: Int,
        createdAt: Timestamp,
        isBroadcast: Bool
    ) {
        self.id = id
        self.fromAgent = fromAgent
        self.topic = topic
        self.content = content
        self.priority = priority
        self.createdAt = createdAt
        self.isBroadcast = isBroadcast
    }
}

/// A tool call of an agent.
package struct ContextAction: Equatable, Sendable {
    package var id: UUIDv7
    package var toolName: String
    package var toolType: String
    package var exitCode: Int?
    package var durationMilliseconds: Int?
    package var filePaths: [String]
    package var createdAt: Timestamp

    package init(
        id: UUIDv7,
        toolName: String,
        toolType: String,
        exitCode: Int? = 0,
        durationMilliseconds: Int? = nil,
        filePaths: [String] = [],
        createdAt: Timestamp
    ) {
        self.id = id
        self.toolName = toolName
        self.toolType = toolType
        self.exitCode = exitCode
        self.durationMilliseconds = durationMilliseconds
        self.filePaths = filePaths
        self.createdAt = createdAt
    }
}

/// The newest request of a session: what its user wants.
package struct ContextRequest: Equatable, Sendable {
    package var id: UUIDv7
    package var sessionID: String
    package var projectID: UUIDv7
    package var status: String
    package var createdAt: Timestamp
    package var prompt: String

    package init(
        id: UUIDv7,
        sessionID: String,
        projectID: UUIDv7,
        status: String,
        createdAt: Timestamp,
        prompt: String
    ) {
        self.id = id
        self.sessionID = sessionID
        self.projectID = projectID
        self.status = status
        self.createdAt = createdAt
        self.prompt = prompt
    }
}

/// The project that a session works on.
package struct ContextProject: Equatable, Sendable {
    package var id: UUIDv7
    package var name: String?
    package var path: String

    package init(id: UUIDv7, name: String?, path: String) {
        self.id = id
        self.name = name
        self.path = path
    }
}

/// That a session's context was compacted; it stands in the metadata of the session's requests.
package struct Compaction: Equatable, Sendable {
    package var compactedAt: Timestamp
    package var summary: String?
    package var agentID: String

    package init(compactedAt: Timestamp, summary: String?, agentID: String) {
        self.compactedAt = compactedAt
        self.summary = summary
        self.agentID = agentID
    }
}
