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

    /// How many rows the tool has for these keywords, in all its types: what feedback changes.
    func rowCount(keywords: [String], toolName: String) -> Int {
        let ids = tools.ids(named: toolName)
        return keywords.reduce(0) { count, keyword in
            count + (entries[ExactText(keyword)] ?? []).count { ids.contains($0.tool) }
        }
    }
}
