import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

@Suite struct RoutingTableTests {
    func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    func row(_ table: RoutingTable, _ keyword: String, _ tool: String, _ type: String = "builtin") -> ScoreRow? {
        guard let id = table.tools.id(tool, type) else { return nil }
        return table.entries[ExactText(keyword)]?.first { $0.tool == id }?.row
    }

    @Test(
        arguments: [
            ([true], 1_000_000, 1, 1), ([false], 1_000_000, 1, 0), ([nil], 1_000_000, 1, 0),
            ([true, true, true], 1_200_000, 3, 3), ([true, false, false], 900_000, 3, 1),
            ([false, nil, true], 1_100_000, 3, 1),
            (Array(repeating: true, count: 60), 5_000_000, 60, 60),
            (Array(repeating: false, count: 60), 100_000, 60, 0),
        ] as [([Bool?], Int, Int, Int)]
    )
    func `learns`(outcomes: [Bool?], micro: Int, usage: Int, successes: Int) {
        var table = RoutingTable()
        for (index, outcome) in outcomes.enumerated() {
            table.learn(
                keywords: ["fix"],
                toolName: "Bash",
                toolType: "builtin",
                success: outcome,
                at: time(Int64(index))
            )
        }
        let expected = ScoreRow(
            score: Score(micro: micro),
            usageCount: usage,
            successCount: successes,
            lastUsed: time(Int64(outcomes.count - 1))
        )
        #expect(row(table, "fix", "Bash") == expected)
    }

    @Test func `the type belongs to the key`() {
        var table = RoutingTable()
        table.learn(keywords: ["fix"], toolName: "review", toolType: "agent", success: true, at: time(1))
        table.learn(keywords: ["fix"], toolName: "review", toolType: "skill", success: true, at: time(1))
        #expect(table.rowCount == 2)
        #expect(row(table, "fix", "review", "agent")?.usageCount == 1)
        #expect(row(table, "fix", "review", "mcp") == nil)
    }

    @Test func `feedback changes rows that are there, of all types, and says how many`() {
        var table = RoutingTable()
        for type in ["agent", "skill"] {
            table.learn(keywords: ["fix", "bug"], toolName: "review", toolType: type, success: true, at: time(1))
        }
        table.learn(keywords: ["fix"], toolName: "other", toolType: "agent", success: true, at: time(1))
        #expect(table.feedback(keywords: ["fix", "new"], toolName: "review", chosen: true, at: time(9)) == 2)
        #expect(table.feedback(keywords: ["bug"], toolName: "review", chosen: false, at: time(8)) == 2)
        #expect(table.feedback(keywords: ["fix"], toolName: "nobody", chosen: true, at: time(9)) == 0)
        let changed = ScoreRow(score: Score(1.2), usageCount: 1, successCount: 1, lastUsed: time(9))
        #expect(row(table, "fix", "review", "agent") == changed)
        #expect(row(table, "bug", "review", "skill")?.score == Score(0.9))
        #expect(row(table, "fix", "other", "agent")?.score == Score(1))
        #expect(table.rowCount == 5)
    }

    @Test func `a stored score outside of the bounds stays until it is shifted`() {
        var table = RoutingTable()
        let key = ScoreKey(keyword: "fix", toolName: "Bash", toolType: "builtin")
        table.restore(key, ScoreRow(score: Score(9), usageCount: 3, successCount: 2, lastUsed: time(5)))
        table.learn(keywords: ["fix"], toolName: "Bash", toolType: "builtin", success: nil, at: time(6))
        #expect(row(table, "fix", "Bash")?.score == Score(9))
        table.learn(keywords: ["fix"], toolName: "Bash", toolType: "builtin", success: false, at: time(6))
        #expect(row(table, "fix", "Bash")?.score == Score(5))
        table.restore(key, ScoreRow(score: Score(2), usageCount: 3, successCount: 2, lastUsed: time(5)))
        #expect(row(table, "fix", "Bash")?.score == Score(2))
        #expect(table.rowCount == 1)
    }

    @Test func `new pairs beyond the bound are counted, known ones learn`() {
        var table = RoutingTable(maximumRows: 2)
        table.learn(
            keywords: ["one", "two", "three"],
            toolName: "Bash",
            toolType: "builtin",
            success: true,
            at: time(1)
        )
        table.learn(keywords: ["one"], toolName: "Bash", toolType: "builtin", success: true, at: time(1))
        table.learn(keywords: ["one"], toolName: "Edit", toolType: "builtin", success: true, at: time(1))
        #expect(table.rowCount == 2)
        #expect(table.refusedCount == 2)
        #expect(row(table, "one", "Bash")?.usageCount == 2)
        #expect(table.stats().toolCount == 1)
    }

    @Test func `one keyword has a bound of its own`() {
        var table = RoutingTable()
        for index in 0...RoutingTable.maximumRowsPerKeyword {
            table.learn(keywords: ["fix"], toolName: "tool\(index)", toolType: "mcp", success: true, at: time(1))
        }
        #expect(table.rowCount == RoutingTable.maximumRowsPerKeyword)
        #expect(table.refusedCount == 1)
    }

    @Test func `two spellings of a character are two keywords, as in the store`() {
        var table = RoutingTable()
        table.learn(
            keywords: ["caf\u{E9}", "cafe\u{301}"],
            toolName: "Bash",
            toolType: "builtin",
            success: true,
            at: time(1)
        )
        #expect(table.rowCount == 2)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `is what the composed changes make of the store`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = RoutingTable()
        var store: [ScoreKey: ScoreRow] = [:]
        var batch: [ScoreKey: ScoreChange] = [:]
        let words = ["fix", "bug", "deploy", "test"]
        func add(_ change: ScoreChange, _ key: ScoreKey) {
            if batch[key]?.then(change) == nil { batch[key] = change }
        }
        for step in 0..<400 {
            let keywords = words.filter { _ in Bool.random(using: &random) }
            let tool = "tool\(Int.random(in: 0..<3, using: &random))"
            let type = ["agent", "skill"][Int.random(in: 0..<2, using: &random)]
            if Int.random(in: 0..<3, using: &random) > 0 {
                let success = [true, false, nil][Int.random(in: 0..<3, using: &random)]
                table.learn(keywords: keywords, toolName: tool, toolType: type, success: success, at: time(Int64(step)))
                for keyword in keywords {
                    let key = ScoreKey(keyword: keyword, toolName: tool, toolType: type)
                    add(ScoreRule.use(success: success, at: time(Int64(step))), key)
                }
            } else {
                let chosen = Bool.random(using: &random)
                _ = table.feedback(keywords: keywords, toolName: tool, chosen: chosen, at: time(Int64(step)))
                for keyword in keywords {
                    for type in ["agent", "skill"] {
                        let key = ScoreKey(keyword: keyword, toolName: tool, toolType: type)
                        add(ScoreRule.feedback(chosen: chosen, at: time(Int64(step))), key)
                    }
                }
            }
            if Int.random(in: 0..<30, using: &random) == 0 || step == 399 {
                for (key, change) in batch { store[key] = change.applied(to: store[key]) }
                batch = [:]
            }
        }
        #expect(table.rowCount == store.count)
        for (key, expected) in store { #expect(row(table, key.keyword, key.toolName, key.toolType) == expected) }
        #expect(table.tools.all.reduce(0) { $0 + $1.scoreSum } == store.values.reduce(0) { $0 + $1.score.micro })
        #expect(table.tools.all.reduce(0) { $0 + $1.usageSum } == store.values.reduce(0) { $0 + $1.usageCount })
    }
}
