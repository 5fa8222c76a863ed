import Bus
import TestSupport
import Testing

@testable import Storage

/// What a server hears and reads of the scores that others change in the same database.
@Suite(.timeLimit(.minutes(2))) struct SharedScoresTests {
    private struct Change: Equatable {
        var rows: [ScoreKey: ScoreRow] = [:]
        var moment: ScoreMoment?
    }

    private func open(_ options: PostgresOptions) async throws -> DurableStore {
        let folder = try TemporaryFolder().path
        return try await DurableStore.open(
            folder: folder,
            location: .postgres(options),
            learning: testLearning,
            patience: testPatience
        )
    }

    private func pair() async throws -> (one: DurableStore, two: DurableStore, options: PostgresOptions) {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        return (try await open(options), try await open(options), options)
    }

    private func append(_ records: [JournalRecord], to store: DurableStore) async throws {
        for record in records { try await store.append(record) }
        try await store.flush()
    }

    private func changes(of store: DurableStore, after revision: Int64) async throws -> Change? {
        let rows = Lock<[ScoreKey: ScoreRow]>([:])
        let moment = try await store.changedScores(after: revision) { found, _ in
            rows.withLock { rows in for (key, row) in found { rows[key] = row } }
        }
        guard let moment else { return nil }
        return Change(rows: rows.withLock { $0 }, moment: moment)
    }

    @Test func whatOthersChangedIsReadAsItIsWithOnesOwn() async throws {
        let (one, two, _) = try await pair()
        let first: [JournalRecord] = [
            .action(sampleAction(keywords: ["a", "b"])), .action(sampleAction(keywords: ["a"])),
        ]
        try await append(first, to: one)
        let start = try await two.loadScores { _ in }
        #expect(start.position == .start)
        #expect(start.revision > 0)
        #expect(try await changes(of: two, after: start.revision) == Change(moment: start))
        // Its own changes are no news, and those of another one come with its own behind them.
        let own = JournalRecord.action(sampleAction(keywords: ["a", "own"]))
        try await append([own], to: two)
        let verdict = JournalRecord.feedback(sampleFeedback(tool: "Bash", keywords: ["a", "none"], chosen: false))
        try await append([verdict], to: one)
        let change = try #require(try await changes(of: two, after: start.revision))
        let all = replayedScores(first + [own, verdict])
        let key = ScoreKey(keyword: "a", toolName: "Bash", toolType: "builtin")
        #expect(change.rows == [key: try #require(all[key])])
        #expect(change.moment?.position == JournalPosition(1))
        let last = try #require(change.moment?.revision)
        #expect(try await changes(of: two, after: last) == Change(moment: change.moment))
        try await one.close()
        try await two.close()
    }

    @Test func rowsComeInPagesOfOneMoment() async throws {
        let (one, two, _) = try await pair()
        let start = try await two.loadScores { _ in }
        try await append([.action(sampleAction(keywords: ["first"]))], to: one)
        let first = try await two.loadScores { _ in }
        #expect(first.revision > start.revision)
        // Nothing was there to begin with, so nothing says that nothing is missing.
        #expect(try await changes(of: two, after: start.revision) == nil)
        let records = (0..<500).map { index in
            JournalRecord.action(sampleAction(keywords: (0..<20).map { "k\(index * 20 + $0)" }))
        }
        try await append(records, to: one)
        let change = try #require(try await changes(of: two, after: first.revision))
        #expect(change.rows.count == 10_000)
        #expect(change.rows == replayedScores(records))
        try await one.close()
        try await two.close()
    }

    @Test func whoWasAwayForTooLongLoadsEverything() async throws {
        let (one, two, options) = try await pair()
        for keyword in ["a", "b"] { try await append([.action(sampleAction(keywords: [keyword]))], to: one) }
        let start = try await two.loadScores { _ in }
        for keyword in ["c", "d"] { try await append([.action(sampleAction(keywords: [keyword]))], to: one) }
        try await withPostgres(options) { (connection: PostgresConnection) async throws in
            let prune = PostgresCommand(PostgresStatements.pruneScoreChanges)
            // All are older, but the newest stays.
            _ = try await connection.run(prune.with(Timestamp(milliseconds: Timestamp.now().milliseconds + 3_600_000)))
            #expect(try await connection.execute("SELECT count(*) FROM score_changes").integer(0, 0) == 1)
        }
        #expect(try await changes(of: two, after: start.revision) == nil)
        let now = try await two.loadScores { _ in }
        #expect(try await changes(of: two, after: now.revision) == Change(moment: now))
        try await one.close()
        try await two.close()
    }

    @Test func othersAreWokenAndOneselfIsNot() async throws {
        let (one, two, _) = try await pair()
        let (calls, ownCalls) = (Watched(0), Watched(0))
        await one.watchScores { ownCalls.update { $0 += 1 } }
        await two.watchScores { calls.update { $0 += 1 } }
        await ownCalls.wait { $0 == 1 }
        await calls.wait { $0 == 1 }
        // What changes no score wakes nobody.
        try await append([.action(sampleAction())], to: one)
        try await append([.action(sampleAction(keywords: ["a"]))], to: one)
        await calls.wait { $0 == 2 }
        try await append([.action(sampleAction(keywords: ["a"]))], to: two)
        await ownCalls.wait { $0 == 2 }
        try await append([.action(sampleAction(keywords: ["a"]))], to: one)
        await calls.wait { $0 == 3 }
        #expect(ownCalls.value == 2)
        #expect(calls.value == 3)
        try await one.close()
        try await two.close()
    }
}
