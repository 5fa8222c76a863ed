import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

@Suite(.timeLimit(.minutes(1))) struct RoutingFollowerTests {
    private let time = Timestamp(milliseconds: 1_795_453_200_000)
    private let history = HistoryProbe()

    private func use(at position: Int64, _ keyword: String = "k") -> JournalEntry {
        let action = ActionRecord(
            id: UUIDGenerator().next(),
            toolName: "Bash",
            toolType: "builtin",
            exitCode: 0,
            createdAt: time,
            keywords: [keyword]
        )
        return JournalEntry(position: JournalPosition(position), record: .action(action))
    }

    private func row(_ uses: Int, _ keyword: String = "k", score: Double = 2) -> (ScoreKey, ScoreRow) {
        let row = ScoreRow(score: Score(score), usageCount: uses, successCount: uses, lastUsed: time)
        return (ScoreKey(keyword: keyword, toolName: "Bash", toolType: "builtin"), row)
    }

    private func uses(_ memory: RoutingMemory, _ keyword: String = "k") throws -> Int? {
        try memory.suggest(RoutingMemory.Question(keywords: [keyword])).first?.usageCount
    }

    /// What others have changed by a revision, when the store held this server's records through a position.
    private func change(_ rows: [(ScoreKey, ScoreRow)]?, held position: Int64, revision: Int64) {
        history.contents.withLock {
            $0.changes = rows
            $0.mark = JournalPosition(position)
            $0.revision = revision
        }
    }

    private func memory(isShared: Bool = true) async throws -> RoutingMemory {
        let memory = RoutingMemory(isShared: isShared)
        try await memory.load(from: history)
        return memory
    }

    @Test func aRowOfTheStoreCountsWithWhatTheStoreDoesNotHoldYet() async throws {
        let memory = try await memory()
        memory.apply([use(at: 1), use(at: 2), use(at: 3, "mine")])
        memory.apply([use(at: 4)])
        // Ten uses with the first of ours; 2 and 4 come on top of them.
        change([row(10), row(3, "theirs")], held: 1, revision: 5)
        #expect(try await memory.follow(history))
        #expect(try uses(memory) == 12)
        #expect(try uses(memory, "mine") == 1)
        #expect(try uses(memory, "theirs") == 3)
        let score = try memory.suggest(RoutingMemory.Question(keywords: ["k"])).first?.score
        #expect(score == 2.2)
        // The same again changes nothing, and neither does what is known already.
        #expect(try await memory.follow(history))
        #expect(try uses(memory) == 12)
        change([row(12)], held: 4, revision: 6)
        #expect(try await memory.follow(history))
        #expect(try uses(memory) == 12)
        memory.apply([use(at: 5)])
        #expect(try uses(memory) == 13)
    }

    @Test func feedbackCountsOnTopToo() async throws {
        let memory = try await memory()
        let verdict = FeedbackRecord(toolName: "Bash", keywords: ["k", "other"], chosen: false, createdAt: time)
        memory.apply([use(at: 1), JournalEntry(position: JournalPosition(2), record: .feedback(verdict))])
        change([row(7)], held: 0, revision: 1)
        #expect(try await memory.follow(history))
        // Plus a use, minus a verdict.
        let best = try #require(memory.suggest(RoutingMemory.Question(keywords: ["k"])).first)
        #expect(best.score == 2.0)
        #expect(best.usageCount == 8)
    }

    @Test func whatIsForgottenIsWaitedFor() async throws {
        let memory = try await memory()
        let count = Int64(UnstoredRecords.limit) + 10
        memory.apply((1...count).map { use(at: $0) })
        #expect(memory.forgottenCount == UnstoredRecords.limit)
        change([row(5)], held: 3, revision: 1)
        #expect(try await !memory.follow(history))
        #expect(try uses(memory) == Int(count))
        change([row(Int(count) + 2)], held: count - 4, revision: 2)
        #expect(try await memory.follow(history))
        #expect(try uses(memory) == Int(count) + 6)
    }

    @Test func whenNobodyKnowsWhatChangedEverythingIsLoaded() async throws {
        let memory = try await memory()
        memory.apply([use(at: 1)])
        change(nil, held: 1, revision: 9)
        history.contents.withLock { $0.scores = [row(20)] }
        #expect(try await memory.follow(history))
        #expect(try uses(memory) == 20)
        change([row(21)], held: 1, revision: 10)
        #expect(try await memory.follow(history))
        #expect(try uses(memory) == 21)
    }

    @Test func whatCouldNotBeLoadedIsLoadedLater() async throws {
        let memory = RoutingMemory(isShared: true)
        history.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        await #expect(throws: AgentsError.self) { try await memory.load(from: history) }
        history.contents.withLock {
            $0.failure = nil
            $0.scores = [row(20)]
        }
        #expect(try await memory.follow(history))
        #expect(try uses(memory) == 20)
    }

    @Test func itLooksWhenItIsWokenAndNowAndThen() async throws {
        let memory = try await memory()
        let clock = TestClock()
        let follower = RoutingFollower(memory: memory, scores: history) { try await clock.sleep(for: $0) }
        let running = Task { await follower.run() }
        // It waits for news and for the time of the next look.
        #expect(await clock.sleeping() == [.seconds(5)])
        change([row(3)], held: 0, revision: 1)
        history.contents.withLock { $0.changed }()
        await clock.sleeping(2)
        #expect(try uses(memory) == 3)
        // A failure is no end.
        history.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        clock.advance(by: .seconds(5))
        await clock.sleeping(2)
        change([row(4)], held: 0, revision: 2)
        history.contents.withLock { $0.failure = nil }
        clock.advance(by: .seconds(5))
        while try uses(memory) != 4 { await Task.yield() }
        running.cancel()
        await running.value
    }
}
