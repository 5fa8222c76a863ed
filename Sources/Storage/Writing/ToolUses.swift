/// Uses of tools, composed for each key while a batch is gone through.
///
/// Filed by tool first: an action has one tool and up to ten keywords, and finding each by all three texts of its key
/// would cost more than composing the change.
struct ToolUses {
    private struct Tool: Hashable {
        let name: ExactText
        let type: ExactText
    }

    private var indexes: [Tool: Int] = [:]
    private var tools: [(tool: Tool, changes: [ExactText: ScoreChange])] = []

    /// Each keyword of the action changes in this way.
    mutating func add(_ action: ActionRecord, _ change: ScoreChange) {
        let tool = Tool(name: ExactText(action.toolName), type: ExactText(action.toolType))
        let index: Int
        if let known = indexes[tool] {
            index = known
        } else {
            index = tools.count
            tools.append((tool, [:]))
            indexes[tool] = index
        }
        for keyword in action.keywords {
            let keyword = ExactText(keyword)
            if tools[index].changes[keyword]?.then(change) == nil { tools[index].changes[keyword] = change }
        }
    }

    /// What was composed since the last call; nil if nothing.
    mutating func takeChanges() -> [ScoreKey: ScoreChange]? {
        guard !tools.isEmpty else { return nil }
        var changes: [ScoreKey: ScoreChange] = [:]
        changes.reserveCapacity(tools.reduce(0) { $0 + $1.changes.count })
        for (tool, keywords) in tools {
            for (keyword, change) in keywords {
                let key = ScoreKey(
                    keyword: keyword.string,
                    toolName: tool.name.string,
                    toolType: tool.type.string
                )
                changes[key] = change
            }
        }
        indexes = [:]
        tools = []
        return changes
    }
}
