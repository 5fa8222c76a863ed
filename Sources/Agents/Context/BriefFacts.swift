package import Bus
package import Storage

/// What is known when a brief is written.
package struct BriefFacts: Equatable, Sendable {
    package var agentID: String
    package var sessionID: String
    package var agentType: String
    package var generatedAt: Timestamp
    /// Running ones first, then blocked, paused and pending ones.
    package var tasks: [ContextTask] = []
    /// The most important first.
    package var messages: [ContextMessage] = []
    /// Who blocks this agent, the newest first.
    package var blockings: [BlockingRecord] = []
    /// The newest first.
    package var history: [ContextAction] = []
    package var session: ContextRequest?
    package var project: ContextProject?
    /// What the agent itself wrote down before its context was compacted.
    package var summary: String?

    package init(agentID: String, sessionID: String, agentType: String, generatedAt: Timestamp) {
        self.agentID = agentID
        self.sessionID = sessionID
        self.agentType = agentType
        self.generatedAt = generatedAt
    }
}

extension BriefFacts {
    /// What the agent works on: what runs, or else the first that waits.
    var currentTask: ContextTask? { firstTask("running") ?? firstTask("pending") }

    private func firstTask(_ status: String) -> ContextTask? { tasks.first { $0.status == status } }

    func tasks(_ status: String) -> [ContextTask] { tasks.filter { $0.status == status } }

    /// Files that the history touched, the latest first, each once.
    var files: [String] {
        var seen: Set<String> = []
        return history.flatMap(\.filePaths).filter { seen.insert($0).inserted }
    }

    /// Messages that a developer has to know of.
    var urgentMessages: [ContextMessage] {
        messages.filter { $0.priority >= 5 || $0.topic == "task.created" || $0.topic == "context.request" }
    }
}
