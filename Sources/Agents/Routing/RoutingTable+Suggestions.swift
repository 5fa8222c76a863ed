package import Storage

/// A tool that served for some of the keywords that were asked about.
package struct Suggestion: Sendable, Equatable {
    /// Its name as reported.
    package let toolName: String
    /// Its type.
    package let toolType: String
    /// The mean of its scores for the matched keywords, in thousandths, rounded half up.
    package let scoreThousandths: Int
    /// How often it was used for them.
    package let usageCount: Int
    /// Successes of 100 uses, rounded; 0 without uses.
    package let successRate: Int
    /// How many of the keywords matched.
    package let keywordMatches: Int

    /// The mean score as a number with at most three decimals.
    package var score: Double { Double(scoreThousandths) / 1000 }
}

extension RoutingTable {
    /// The tools that served for any of the keywords: those that match the most keywords first, then by score, then by
    /// usage, then by name and type. A row's age doesn't matter.
    ///
    /// - Parameters:
    ///   - keywords: As they were learnt (lower case); matched exactly. Repeated ones count once.
    ///   - limit: How many suggestions at most.
    ///   - minScore: Rows below aren't looked at; it isn't the bound of the mean.
    ///   - toolType: Only tools of this type.
    ///   - excludeTypes: No tools of these types; without effect beside `toolType`.
    package func suggest(
        keywords: [String],
        limit: Int,
        minScore: Score,
        toolType: String? = nil,
        excludeTypes: [String] = []
    ) -> [Suggestion] {
        var sums: [RoutingTools.ID: RowSum] = [:]
        for keyword in Set(keywords.map(ExactText.init)) {
            for entry in entries[keyword] ?? [] where entry.row.score >= minScore {
                sums[entry.tool, default: RowSum()].add(entry.row)
            }
        }
        let suggestions = sums.compactMap { id, sum -> Suggestion? in
            let tool = tools[id]
            if let toolType {
                guard tool.type == toolType else { return nil }
            } else if excludeTypes.contains(tool.type) {
                return nil
            }
            return sum.suggestion(of: tool)
        }
        return Array(suggestions.sorted { $0.precedes($1) }.prefix(max(limit, 0)))
    }
}

/// The rows of one tool for the keywords of one question: at most one for each keyword.
private struct RowSum {
    private var rowCount = 0
    private var scoreSum = 0
    private var usageCount = 0
    private var successCount = 0

    mutating func add(_ row: ScoreRow) {
        rowCount += 1
        scoreSum += row.score.micro
        usageCount += row.usageCount
        successCount += row.successCount
    }

    func suggestion(of tool: RoutingTools.Tool) -> Suggestion {
        let micro = (scoreSum + rowCount * 500)
        let rate = usageCount > 0 ? (100 * Double(successCount) / Double(usageCount)).rounded() : 0
        return Suggestion(
            toolName: tool.name,
            toolType: tool.type,
            scoreThousandths: micro / (rowCount * 1000),
            usageCount: usageCount,
            successRate: Int(rate),
            keywordMatches: rowCount
        )
    }
}

extension Suggestion {
    fileprivate func precedes(_ other: Suggestion) -> Bool {
        if keywordMatches != other.keywordMatches { return keywordMatches > other.keywordMatches }
        if scoreThousandths != other.scoreThousandths { return scoreThousandths > other.scoreThousandths }
        if usageCount != other.usageCount { return usageCount > other.usageCount }
        if toolName != other.toolName { return toolName.utf8.lexicographicallyPrecedes(other.toolName.utf8) }
        return toolType.utf8.lexicographicallyPrecedes(other.toolType.utf8)
    }
}
