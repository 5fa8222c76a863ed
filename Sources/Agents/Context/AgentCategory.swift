/// What kind of work an agent does: it decides which brief the agent gets. Contract section 1.13.
package enum AgentCategory: String, CaseIterable, Sendable {
    case orchestrator = "Orchestrator"
    case developer = "Developer"
    case validator = "Validator"
    case specialist = "Specialist"
    case researcher = "Researcher"
    case writer = "Writer"

    private static let types: [String: AgentCategory] = {
        let names: [AgentCategory: [String]] = [
            .orchestrator: ["project-supervisor", "tech-lead", "step-orchestrator", "fullstack-coordinator"],
            .validator: ["qa-testing", "regression-guard", "validator", "code-reviewer"],
            .specialist: [
                "security-specialist", "gdpr-dpo", "legal-compliance", "accessibility-specialist", "seo-specialist",
                "i18n-specialist", "impact-analyzer",
            ],
            .researcher: ["explore-codebase", "explore-docs", "market-researcher", "business-analyst"],
            .writer: ["technical-writer", "fix-grammar", "customer-success", "product-manager"],
        ]
        return Dictionary(
            names.flatMap { category, types in types.map { ($0, category) } },
            uniquingKeysWith: { first, _ in first }
        )
    }()

    /// The category of an exact type name; what isn't listed is a developer.
    package init(agentType: String) { self = AgentCategory.types[agentType] ?? .developer }
}

/// Guesses the type of an agent that didn't say it.
package enum AgentType {
    /// What an id may contain, and the type that it then means. The first hit counts.
    private static let hints = [
        ("supervisor", "project-supervisor"), ("lead", "tech-lead"), ("orchestrator", "step-orchestrator"),
        ("backend", "backend-laravel"), ("frontend", "frontend-react"), ("database", "database-admin"),
        ("qa", "qa-testing"), ("test", "qa-testing"), ("security", "security-specialist"), ("gdpr", "gdpr-dpo"),
        ("seo", "seo-specialist"), ("validator", "validator"), ("reviewer", "code-reviewer"),
    ]

    /// From the agent's id, without what only numbers it: a leading `agent-`, a trailing `-7`, a trailing `-worker`.
    package static func inferred(from agentID: String) -> String {
        var name = agentID[...]
        for prefix in ["agent-", "agent_"] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
            break
        }
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
        if digits > 0, name.dropLast(digits).hasSuffix("-") { name = name.dropLast(digits + 1) }
        if name.hasSuffix("-worker") { name = name.dropLast("-worker".count) }
        return hints.first { name.contains($0.0) }?.1 ?? "developer"
    }
}
