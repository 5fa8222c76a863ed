import Testing

@testable import Agents

struct AgentCategoryTests {
    @Test(arguments: [
        ("project-supervisor", AgentCategory.orchestrator), ("fullstack-coordinator", .orchestrator),
        ("backend-laravel", .developer), ("code-reviewer", .validator), ("gdpr-dpo", .specialist),
        ("explore-codebase", .researcher), ("product-manager", .writer), ("", .developer), ("Tech-Lead", .developer),
        ("something new", .developer),
    ])
    func followsTheType(type: String, category: AgentCategory) {
        #expect(AgentCategory(agentType: type) == category)
    }

    @Test(arguments: [
        ("agent-backend-1771234567890", "backend-laravel"), ("agent_frontend-worker", "frontend-react"),
        ("qa-worker-3", "qa-testing"), ("my-test-bench", "qa-testing"), ("lead-supervisor", "project-supervisor"),
        ("planner", "developer"), ("agent-", "developer"), ("-7", "developer"), ("12", "developer"), ("", "developer"),
        // What is cut off says nothing: without that this would be a tester.
        ("builder-worker-9", "developer"),
    ])
    func isGuessedFromTheID(agentID: String, type: String) {
        #expect(AgentType.inferred(from: agentID) == type)
    }
}
