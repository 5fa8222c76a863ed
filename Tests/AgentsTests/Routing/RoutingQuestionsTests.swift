import Bus
import Storage
import Testing

@testable import Agents

@Suite struct RoutingQuestionsTests {
    /// keyword, tool, type, score, uses, successes
    func table(_ rows: [(String, String, String, Double, Int, Int)]) -> RoutingTable {
        var table = RoutingTable()
        for (keyword, tool, type, score, usage, successes) in rows {
            table.restore(
                ScoreKey(keyword: keyword, toolName: tool, toolType: type),
                ScoreRow(
                    score: Score(score),
                    usageCount: usage,
                    successCount: successes,
                    lastUsed: Timestamp(milliseconds: 0)
                )
            )
        }
        return table
    }

    func names(_ suggestions: [Suggestion]) -> [String] { suggestions.map(\.toolName) }

    @Test func `sums up the rows of a tool`() {
        let table = table([
            ("fix", "Bash", "builtin", 1.0, 3, 2), ("bug", "Bash", "builtin", 1.5, 4, 3),
            ("test", "Bash", "builtin", 1.0004, 1, 0), ("other", "Bash", "builtin", 5, 100, 100),
        ])
        let suggestions = table.suggest(
            keywords: ["fix", "bug", "test", "fix", "none"],
            limit: 10,
            minScore: Score(0.5)
        )
        #expect(
            suggestions == [
                Suggestion(
                    toolName: "Bash",
                    toolType: "builtin",
                    scoreThousandths: 1167,
                    usageCount: 8,
                    successRate: 63,
                    keywordMatches: 3
                )
            ]
        )
        #expect(suggestions.first?.score == 1.167)
    }

    @Test func `more matches first, then score, usage, name, type`() {
        let table = table([
            ("fix", "one-match", "mcp", 5, 9, 9), ("fix", "two", "mcp", 1, 1, 1), ("bug", "two", "mcp", 1, 1, 1),
            ("fix", "b-used", "mcp", 2, 5, 5), ("fix", "c-less", "mcp", 2, 4, 4), ("fix", "a-less", "mcp", 2, 4, 4),
            ("fix", "a-less", "agent", 2.0004, 4, 4),
        ])
        let suggestions = table.suggest(keywords: ["fix", "bug"], limit: 50, minScore: Score(0.5))
        #expect(names(suggestions) == ["two", "one-match", "b-used", "a-less", "a-less", "c-less"])
        #expect(suggestions[3].toolType == "agent")
        #expect(
            names(table.suggest(keywords: ["fix", "bug"], limit: 2, minScore: Score(0.5))) == ["two", "one-match"]
        )
        #expect(table.suggest(keywords: ["fix"], limit: 0, minScore: Score(0.5)).isEmpty)
        #expect(table.suggest(keywords: ["fix"], limit: -1, minScore: Score(0.5)).isEmpty)
    }

    @Test func `the least score is that of rows, not of the mean`() {
        let table = table([("fix", "Bash", "builtin", 0.4, 1, 0), ("bug", "Bash", "builtin", 0.5, 1, 1)])
        let suggestions = table.suggest(keywords: ["fix", "bug"], limit: 10, minScore: Score(0.5))
        #expect(suggestions.map(\.scoreThousandths) == [500])
        #expect(suggestions.map(\.keywordMatches) == [1])
        #expect(table.suggest(keywords: ["fix", "bug"], limit: 10, minScore: Score(0.6)).isEmpty)
    }

    @Test func `types are asked for or left out`() {
        let table = table([
            ("fix", "a", "agent", 1, 1, 1), ("fix", "b", "builtin", 1, 1, 1), ("fix", "m", "mcp", 1, 1, 1),
        ])
        func ask(_ type: String?, _ excluded: [String]) -> [String] {
            names(
                table.suggest(keywords: ["fix"], limit: 9, minScore: Score(0.5), toolType: type, excludeTypes: excluded)
            )
        }
        #expect(ask("agent", []) == ["a"])
        #expect(ask(nil, ["agent", "mcp"]) == ["b"])
        #expect(ask("agent", ["agent"]) == ["a"])
        #expect(ask("none", []) == [])
    }

    @Test func `numbers that no use can have led to don't overflow`() {
        let table = table([
            ("fix", "a", "mcp", .infinity, .max, .max), ("bug", "a", "mcp", .infinity, .max, .min),
            ("none", "b", "mcp", -.infinity, 0, 0),
        ])
        #expect(table.suggest(keywords: ["fix", "bug"], limit: 9, minScore: Score(0)).map(\.successRate) == [50])
        #expect(table.suggest(keywords: ["none"], limit: 9, minScore: Score(-.infinity)).map(\.successRate) == [0])
        #expect(table.stats().recordCount == 3)
    }

    @Test func `statistics of nothing are zero`() {
        let stats = RoutingTable().stats()
        #expect(stats.recordCount == 0)
        #expect(stats.averageScore == 0)
        #expect(stats.averageUsage == 0)
        #expect(stats.topByScore.isEmpty)
        #expect(stats.types.isEmpty)
    }

    @Test func `statistics count rows, keywords, names and types`() {
        let table = table([
            ("fix", "b", "mcp", 2, 1, 1), ("bug", "b", "mcp", 1, 2, 1), ("fix", "a", "mcp", 1.5, 3, 1),
            ("fix", "a", "agent", 4, 1, 1),
        ])
        let stats = table.stats()
        #expect(stats.recordCount == 4)
        #expect(stats.keywordCount == 2)
        #expect(stats.toolCount == 2)
        #expect(stats.averageScore == 2.125)
        #expect(stats.averageUsage == 1.75)
        #expect(
            stats.topByScore.map { "\($0.toolName) \($0.toolType) \($0.value)" } == [
                "a agent 4.0", "a mcp 1.5", "b mcp 1.5",
            ]
        )
        #expect(
            stats.topByUsage.map { "\($0.toolName) \($0.toolType) \($0.value)" } == ["a mcp 3", "b mcp 3", "a agent 1"]
        )
        #expect(stats.types.map { "\($0.toolType) \($0.toolCount)" } == ["mcp 2", "agent 1"])
    }

    @Test func `at most ten are ranked`() {
        let table = table((0..<12).map { ("fix", "tool\($0)", "mcp", 1, $0, 0) })
        #expect(table.stats().topByUsage.map(\.value) == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        #expect(table.stats().topByScore.count == 10)
    }
}
