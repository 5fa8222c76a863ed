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

    @Test func learnsFromActionsAndFeedback() async throws {
        let memory = try await RoutingMemory.empty()
        memory.apply(
            entries([
                action("Bash", ["build", "swift"], exitCode: 0), action("Bash", ["build"], exitCode: 0),
                action("Read", ["build"], exitCode: 1), action("Read", ["build"], exitCode: nil),
                .feedback(FeedbackRecord(toolName: "Read", keywords: ["build"], chosen: false, createdAt: time)),
            ])
        )
        let suggestions = try memory.suggest(RoutingMemory.Question(keywords: ["build", "swift"]))
        #expect(suggestions.map(\.toolName) == ["Bash", "Read"])
        #expect(suggestions.map(\.score) == [1.05, 0.9])
        #expect(suggestions.map(\.usageCount) == [3, 2])
        #expect(suggestions.map(\.successRate) == [100, 0])
        #expect(try memory.stats().recordCount == 3)
        #expect(memory.rowCount(keywords: ["build", "swift", "x"], toolName: "Bash") == 2)
        #expect(memory.rowCount(keywords: ["build"], toolName: "Write") == 0)
    }

    @Test func goesOnFromTheStore() async throws {
        let history = history(uses: 7, through: 0)
        let memory = RoutingMemory()
        try await memory.load(from: history)
        memory.apply(entries([action("Bash", ["build"], exitCode: 0)]))
        let suggestion = try #require(memory.suggest(RoutingMemory.Question(keywords: ["build"])).first)
        #expect(suggestion.score == 2.1)
        #expect(suggestion.usageCount == 8)
    }

    /// One row that was used `uses` times and knows the records through a position.
    private func history(uses: Int, through mark: Int64) -> HistoryProbe {
        let history = HistoryProbe()
        let row = ScoreRow(score: Score(2.0), usageCount: uses, successCount: uses, lastUsed: time)
        history.contents.withLock {
            $0.scores = [(ScoreKey(keyword: "build", toolName: "Bash", toolType: "builtin"), row)]
            $0.mark = JournalPosition(mark)
        }
        return history
    }

    private func uses(_ memory: RoutingMemory) throws -> Int {
        try #require(memory.suggest(RoutingMemory.Question(keywords: ["build"])).first).usageCount
    }

    private func use(at position: Int64) -> JournalEntry {
        JournalEntry(position: JournalPosition(position), record: action("Bash", ["build"], exitCode: 0))
    }

    @Test func hasNoAnswersBeforeItIsLoaded() async throws {
        let memory = RoutingMemory()
        memory.apply([use(at: 1)])
        let error = #expect(throws: AgentsError.self) {
            try memory.suggest(RoutingMemory.Question(keywords: ["build"]))
        }
        #expect(error?.code == .unavailable)
        #expect(throws: AgentsError.self) { try memory.stats() }
    }

    @Test func whatTheStoreDoesNotHoldYetComesFromTheJournal() async throws {
        let history = history(uses: 10, through: 10)
        history.contents.withLock { $0.entries = (8...13).map(use(at:)) }
        let memory = RoutingMemory()
        try await memory.load(from: history)
        #expect(try uses(memory) == 13)
        memory.apply([use(at: 12), use(at: 13), use(at: 14)])
        #expect(try uses(memory) == 14)
    }

    /// A commit during the load is in the journal too; in either order of arrival it counts once.
    @Test func commitsDuringTheLoadCountOnce() async throws {
        let history = history(uses: 10, through: 10)
        let memory = RoutingMemory()
        let reads = Lock(0)
        history.contents.withLock { contents in
            contents.entries = [use(at: 11)]
            contents.reading = { [use = use(at:)] in
                let read = reads.withLock { count in
                    count += 1
                    return count
                }
                guard read <= 3 else { return }
                let position = Int64(11 + read)
                // Beyond the gap at 11 in the first round, right behind what is known in the others.
                history.contents.withLock { $0.entries.append(use(position)) }
                memory.apply([use(position)])
            }
        }
        try await memory.load(from: history)
        #expect(try uses(memory) == Int(11 + min(3, reads.withLock { $0 })))
        #expect(reads.withLock { $0 } > 1)
        // It holds the probe that it belongs to.
        history.contents.withLock { $0.reading = {} }
    }

    @Test func theLoaderTriesUntilTheStoreAnswers() async throws {
        let history = history(uses: 3, through: 0)
        history.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        let memory = RoutingMemory()
        let waits = Lock<[Duration]>([])
        await RoutingLoader(memory: memory, history: history) { pause in
            let count = waits.withLock { waits in
                waits.append(pause)
                return waits.count
            }
            if count == 8 { history.contents.withLock { $0.failure = nil } }
        }.run()
        #expect(try uses(memory) == 3)
        #expect(history.contents.withLock { $0.attempts } == 9)
        let pauses = waits.withLock { $0 }
        #expect(pauses.first == .milliseconds(100))
        #expect(pauses.last == .seconds(5))
    }

    @Test func aStoreThatFailsIsSaid() async {
        let history = HistoryProbe()
        history.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        await #expect(throws: AgentsError.self) { try await RoutingMemory().load(from: history) }
    }

    /// Composed as the store does it and step by step as the memory does it: the same rows.
    @Test func agreesWithTheRulesOfTheStore() async throws {
        let memory = try await RoutingMemory.empty()
        var change: ScoreChange?
        var position: Int64 = 0
        func learn(_ record: JournalRecord) {
            position += 1
            memory.apply([JournalEntry(position: JournalPosition(position), record: record)])
        }
        for (index, exitCode) in [0, 1, nil, 0, 0, 1, 1, 1].enumerated() {
            let record = action("Bash", ["build"], exitCode: exitCode)
            learn(record)
            guard case .action(let action) = record else { continue }
            var next = ScoreLearning.rules.action(action)
            if index == 4 {
                let verdict = FeedbackRecord(toolName: "Bash", keywords: ["build"], chosen: true, createdAt: time)
                learn(.feedback(verdict))
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
