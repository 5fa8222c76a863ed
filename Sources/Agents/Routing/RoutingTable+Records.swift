internal import Storage

extension RoutingTable {
    /// Learns what a record says.
    mutating func apply(_ record: JournalRecord) {
        switch record {
        case .action(let action):
            learn(
                keywords: action.keywords,
                toolName: action.toolName,
                toolType: action.toolType,
                success: action.exitCode.map { $0 == 0 },
                at: action.createdAt
            )
        case .feedback(let verdict):
            _ = feedback(
                keywords: verdict.keywords,
                toolName: verdict.toolName,
                chosen: verdict.chosen,
                at: verdict.createdAt
            )
        case .message, .inbox, .reading, .sighting: break
        }
    }

    /// Applies a record that was learnt before to some rows only: they were restored as they are without it.
    mutating func apply(_ record: JournalRecord, to keys: Set<ScoreKey>) {
        switch record {
        case .action(let action):
            let change = ScoreLearning.rules.action(action)
            for keyword in action.keywords {
                let key = ScoreKey(keyword: keyword, toolName: action.toolName, toolType: action.toolType)
                if keys.contains(key) { changeRow(key, change) }
            }
        case .feedback(let verdict):
            let change = ScoreLearning.rules.feedback(verdict)
            for tool in tools.ids(named: verdict.toolName) {
                for keyword in verdict.keywords {
                    let key = ScoreKey(keyword: keyword, toolName: verdict.toolName, toolType: tools[tool].type)
                    if keys.contains(key) { changeRow(key, change) }
                }
            }
        case .message, .inbox, .reading, .sighting: break
        }
    }

    /// How many rows the tool has for these keywords, in all its types: what feedback changes.
    func rowCount(keywords: [String], toolName: String) -> Int {
        let ids = tools.ids(named: toolName)
        return keywords.reduce(0) { count, keyword in
            count + (entries[ExactText(keyword)] ?? []).count { ids.contains($0.tool) }
        }
    }
}
