/// What a score is about; the unique key of the stored rows. Equal means equal bytes, see `ExactText`.
package struct ScoreKey: Sendable, Hashable {
    let exactKeyword: ExactText
    let exactToolName: ExactText
    let exactToolType: ExactText

    /// One word, lower case.
    package var keyword: String { exactKeyword.string }
    /// As the agent reported it, for example `Bash` or `mcp__github__search`.
    package var toolName: String { exactToolName.string }
    /// `builtin`, `agent`, `skill`, `command` or `mcp`.
    package var toolType: String { exactToolType.string }

    /// The three parts, as they are stored.
    package init(keyword: String, toolName: String, toolType: String) {
        exactKeyword = ExactText(keyword)
        exactToolName = ExactText(toolName)
        exactToolType = ExactText(toolType)
    }

    /// In the order of bytes of keyword, tool name and tool type.
    package func precedes(_ other: ScoreKey) -> Bool {
        if exactKeyword != other.exactKeyword { return exactKeyword.precedes(other.exactKeyword) }
        if exactToolName != other.exactToolName { return exactToolName.precedes(other.exactToolName) }
        return exactToolType.precedes(other.exactToolType)
    }
}
