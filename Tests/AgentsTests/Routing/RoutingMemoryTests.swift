import Bus
import Storage
import Testing

@testable import Agents

struct RoutingMemoryTests {
    private let time = Timestamp(milliseconds: 1_795_453_200_000)

    private func action(_ tool: String, _ keywords: [String], exitCode: Int?) -> JournalRecord {
        .action(
            ActionRecord(
                id: UUIDGenerator().next(),
                toolName: tool,
                toolType: "builtin",
                exitCode: exitCode,
                createdAt: time,
                keywords: keywords
            )
        )
    }

    private func entries(_ records: [JournalRecord]) -> [JournalEntry] {
        records.enumerated().map { JournalEntry(position: JournalPosition(Int64($0) + 1), record: $1) }
    }

    @Test func learnsFromActionsAndFeedback() throws {
        let memory = RoutingMemory()
        memory.apply(
            entries([
                action("Bash", ["build", "swift"], exitCode: 0), action("Bash", ["build"], exitCode: 0),
                action("Read", ["build"], exitCode: 1), action("Read", ["build"], exitCode: nil),
                .feedback(FeedbackRecord(toolName: "Read", keywords: ["build"], chosen: false, createdAt: time)),
            ])
        )
        let suggestions = memory.suggest(RoutingMemory.Question(keywords: ["build", "swift"]))
        #expect(suggestions.map(\.toolName) == ["Bash", "Read"])
        #expect(suggestions.map(\.score) == [1.05, 0.9])
        #expect(suggestions.map(\.usageCount) == [3, 2])
        #expect(suggestions.map(\.successRate) == [100, 0])
        #expect(memory.stats().recordCount == 3)
        #expect(memory.rowCount(keywords: ["build", "swift", "x"], toolName: "Bash") == 2)
        #expect(memory.rowCount(keywords: ["build"], toolName: "Write") == 0)
    }

    @Test func goesOnFromTheStore() async throws {
        let store = StoreProbe()
        let row = ScoreRow(score: Score(2.0), usageCount: 7, successCount: 7, lastUsed: time)
        store.contents.withLock {
            $0.scores = [(ScoreKey(keyword: "build", toolName: "Bash", toolType: "builtin"), row)]
        }
        let memory = RoutingMemory()
        try await memory.load(from: store)
        memory.apply(entries([action("Bash", ["build"], exitCode: 0)]))
        let suggestion = try #require(memory.suggest(RoutingMemory.Question(keywords: ["build"])).first)
        #expect(suggestion.score == 2.1)
        #expect(suggestion.usageCount == 8)
    }

    @Test func aStoreThatFailsIsSaid() async {
        let store = StoreProbe()
        store.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        await #expect(throws: AgentsError.self) { try await RoutingMemory().load(from: store) }
    }

    /// Composed as the store does it and step by step as the memory does it: the same rows.
    @Test func agreesWithTheRulesOfTheStore() throws {
        let memory = RoutingMemory()
        var change: ScoreChange?
        for (index, exitCode) in [0, 1, nil, 0, 0, 1, 1, 1].enumerated() {
            let record = action("Bash", ["build"], exitCode: exitCode)
            memory.apply(entries([record]))
            guard case .action(let action) = record else { continue }
            var next = ScoreLearning.rules.action(action)
            if index == 4 {
                let verdict = FeedbackRecord(toolName: "Bash", keywords: ["build"], chosen: true, createdAt: time)
                memory.apply(entries([.feedback(verdict)]))
                next.then(ScoreLearning.rules.feedback(verdict))
            }
            if var all = change {
                all.then(next)
                change = all
            } else {
                change = next
            }
        }
        let row = try #require(change?.applied(to: nil))
        let suggestion = try #require(memory.suggest(RoutingMemory.Question(keywords: ["build"])).first)
        #expect(suggestion.usageCount == row.usageCount)
        #expect(suggestion.scoreThousandths * 1000 == row.score.micro)
    }
}
