package import Bus
package import Storage

/// What an agent is told about its work: text for a language model, within a budget.
package struct ContextBrief: Equatable, Sendable {
    /// What a brief was made from.
    package struct Source: Equatable, Sendable {
        package let type: String
        package let id: String
        /// From 0 to 1.
        package let relevance: Double
        package let summary: String
    }

    package let id: UUIDv7
    package let agentID: String
    package let sessionID: String
    package let agentType: String
    /// Markdown.
    package let content: String
    package let tokenCount: Int
    package let isTruncated: Bool
    package let generatedAt: Timestamp
    package let sources: [Source]

    /// Writes the brief for the category of the agent's type.
    package init(_ facts: BriefFacts, id: UUIDv7, maximumTokens: Int) {
        self.id = id
        agentID = facts.agentID
        sessionID = facts.sessionID
        agentType = facts.agentType
        generatedAt = facts.generatedAt
        let category = AgentCategory(agentType: facts.agentType)
        var text = BriefText()
        let budget = TokenBudget(tokens: maximumTokens)
        text.opening(facts, category, summaryUnits: budget.halfUnits)
        switch category {
        case .orchestrator: OrchestratorTemplate.write(facts, to: &text)
        case .developer, .researcher: DeveloperTemplate.write(facts, to: &text)
        case .validator: ValidatorTemplate.write(facts, to: &text)
        case .specialist, .writer: SpecialistTemplate.write(facts, to: &text)
        }
        let fit = budget.fit(text.lines)
        content = fit.text
        tokenCount = fit.tokens
        isTruncated = fit.isTruncated
        sources = ContextBrief.sources(of: facts)
    }

    /// Everything that the templates choose from, with the relevance of the contract.
    private static func sources(of facts: BriefFacts) -> [Source] {
        var sources: [Source] = []
        func add(_ type: String, _ id: UUIDv7, _ relevance: Double, _ summary: String) {
            sources.append(Source(type: type, id: id.description, relevance: relevance, summary: summary))
        }
        for task in facts.tasks {
            let summary = "\(QuotedText.name(task.status)): \(QuotedText.quote(task.description, limit: 100))"
            add("task", task.id, task.status == "running" ? 1 : 0.8, summary)
        }
        for message in facts.messages {
            let summary = "\(QuotedText.name(message.topic)) from \(QuotedText.name(message.fromAgent))"
            add("message", message.id, message.priority >= 5 ? 1 : 0.6, summary)
        }
        for blocking in facts.blockings {
            add("blocking", blocking.id, 0.9, "blocked by \(QuotedText.name(blocking.blockedBy))")
        }
        for action in facts.history { add("history", action.id, 0.7, DeveloperTemplate.describe(action)) }
        if let session = facts.session {
            add("session", session.id, 0.8, QuotedText.quote(session.prompt, limit: 100))
        }
        if let project = facts.project { add("project", project.id, 0.7, QuotedText.path(project.path)) }
        return sources
    }
}
