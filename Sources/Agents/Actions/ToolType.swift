/// What kind of tool an action used.
package enum ToolType: String, CaseIterable, Sendable {
    case builtin, agent, skill, command, mcp

    /// Names that end so were agents in the setups that the original knew (`database-admin`, `swift-expert`).
    private static let agentSuffixes = ["-specialist", "-expert", "-dev", "-admin"]
    /// The tool that starts a subagent, by its present and its former name.
    static let agentTools: Set<String> = ["Agent", "Task"]
    static let skillTool = "Skill"

    /// Derives the type from the name that the agent reports.
    ///
    /// `mcp__server__tool` is a tool of an MCP server, a leading slash a command, `Agent` and `Task` start a subagent,
    /// `Skill` runs a skill. Anything else is built in: agent CLIs add tools with every release, and a list of them
    /// would call each new one a skill.
    package init(toolName: String) {
        if toolName.hasPrefix("mcp__") {
            self = .mcp
        } else if toolName.hasPrefix("/") {
            self = .command
        } else if ToolType.agentTools.contains(toolName) || ToolType.agentSuffixes.contains(where: toolName.hasSuffix) {
            self = .agent
        } else if toolName == ToolType.skillTool {
            self = .skill
        } else {
            self = .builtin
        }
    }
}
