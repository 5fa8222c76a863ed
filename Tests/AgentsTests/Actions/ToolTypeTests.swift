import Testing

@testable import Agents

struct ToolTypeTests {
    @Test(arguments: [
        ("Bash", ToolType.builtin), ("Read", .builtin), ("TaskCreate", .builtin), ("ToolOfTomorrow", .builtin),
        ("", .builtin), ("mcp__github__search", .mcp), ("mcp_", .builtin), ("/review", .command), ("Agent", .agent),
        ("Task", .agent), ("database-admin", .agent), ("swift-expert", .agent), ("web-dev", .agent),
        ("ml-specialist", .agent), ("Skill", .skill), ("skill", .builtin),
    ])
    func derivesFromTheName(name: String, type: ToolType) {
        #expect(ToolType(toolName: name) == type)
    }

    @Test func theNamesAreThoseOfTheWire() {
        #expect(ToolType.allCases.map(\.rawValue) == ["builtin", "agent", "skill", "command", "mcp"])
    }
}
