import Bus
import TestSupport
import Testing

@testable import Storage

/// Scores that were imported go back to exactly what they would be without the import, whatever was learnt since.
///
/// One after the other: each case has two stores.
@Suite(.serialized) struct ImportedScoresTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private let checkpointText = "{}"

    private func begin(_ store: DurableStore, _ source: String, _ merge: ScoreMerge) async throws -> ImportRun {
        let job = JobRecord(
            id: testIDs.next(at: testTime),
            kind: "migration",
            owner: "me",
            arguments: "{}",
            at: testTime
        )
        try await store.jobs.save(job)
        return try await store.imports.beginRun(ofJob: job.id, source: source, merge: merge, at: testTime)
    }

    private func checkpoint(_ run: ImportRun) -> JobCheckpoint {
        JobCheckpoint(jobID: run.jobID, text: checkpointText, time: testTime)
    }

    private func scores(_ store: DurableStore) async throws -> [ScoreKey: ScoreRow] {
        let rows = Lock([ScoreKey: ScoreRow]())
        _ = try await store.loadScores { batch in
            rows.withLock { rows in for (key, row) in batch { rows[key] = row } }
        }
        return rows.withLock { $0 }
    }

    private func imported(_ random: inout SeededGenerator) -> [ImportedScore] {
        var found: [ScoreKey: ScoreRow] = [:]
        for _ in 0..<12 {
            let key = ScoreKey(
                keyword: ["fix", "build", "é\0", "test", "lint"].randomElement(using: &random) ?? "",
                toolName: ["Bash", "Read"].randomElement(using: &random) ?? "",
                toolType: ["builtin", "mcp"].randomElement(using: &random) ?? ""
            )
            found[key] = ScoreRow(
                score: Score(micro: Int.random(in: 100_000...5_000_000, using: &random)),
                usageCount: Int.random(in: 1...5, using: &random),
                successCount: 1,
                lastUsed: Timestamp(milliseconds: testTime.milliseconds - Int64.random(in: 0...9, using: &random))
            )
        }
        return found.map { ImportedScore(key: $0.key, row: $0.value) }
    }

    /// Uses and verdicts that reach the bounds of scores.
    private func records(_ random: inout SeededGenerator, from time: Int64) -> [JournalRecord] {
        (0..<40).map { index in
            let tool = ["Bash", "Read"].randomElement(using: &random) ?? ""
            let keywords = ["fix", "build", "é\0", "test"].filter { _ in Bool.random(using: &random) }
            let at = Timestamp(milliseconds: testTime.milliseconds + time + Int64(index))
            if Int.random(in: 0..<4, using: &random) == 0 {
                return .feedback(
                    FeedbackRecord(
                        toolName: tool,
                        keywords: keywords,
                        chosen: Bool.random(using: &random),
                        createdAt: at
                    )
                )
            }
            return .action(
                sampleAction(
                    tool: tool,
                    type: ["builtin", "mcp"].randomElement(using: &random) ?? "",
                    exitCode: [0, 0, 1, nil].randomElement(using: &random) ?? nil,
                    keywords: keywords,
                    at: at
                )
            )
        }
    }

    private func learn(_ store: DurableStore, _ records: [JournalRecord]) async throws {
        for record in records { try await store.append(record) }
        try await store.flush(milliseconds: 150_000)
    }

    @Test(arguments: StoreKind.allCases, [1, 2, 3, 4] as [UInt64])
    func rollbackIsExactAfterNewLearning(kind: StoreKind, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let (before, between, after) = (
            records(&random, from: 0), records(&random, from: 100), records(&random, from: 200)
        )
        let expected = try await {
            let plain = try TemporaryFolder()
            let store = try await kind.open(before + between + after, in: plain)
            let expected = try await scores(store)
            try await store.close()
            return expected
        }()
        let store = try await kind.open(before, in: folder)
        var runs: [ImportRun] = []
        for (index, merge) in ScoreMerge.allCases.shuffled(using: &random).enumerated() {
            let run = try await begin(store, ["a", "b", "a"][index], merge)
            runs.append(run)
            let part = imported(&random)
            #expect(try await store.imports.write(part, run: run, checkpoint: checkpoint(run)) > 0)
            #expect(try await store.imports.write(part, run: run, checkpoint: checkpoint(run)) == 0)
            if index == 0 { try await learn(store, between) }
        }
        try await learn(store, after)
        #expect(try await scores(store) != expected)
        for run in runs.shuffled(using: &random) {
            while try await store.imports.removeScores(run: run.number, limit: 3) > 0 {}
            try await store.imports.removeRun(run.number)
        }
        #expect(try await scores(store) == expected)
        try await store.close()
    }

    @Test(arguments: StoreKind.allCases)
    func learningGoesOnFromTheImportedScore(kind: StoreKind) async throws {
        let store = try await kind.open([], in: folder)
        let run = try await begin(store, "a", .keepLarger)
        let key = ScoreKey(keyword: "fix", toolName: "Bash", toolType: "builtin")
        let row = ScoreRow(score: Score(3), usageCount: 5, successCount: 4, lastUsed: testTime)
        _ = try await store.imports.write([ImportedScore(key: key, row: row)], run: run, checkpoint: checkpoint(run))
        #expect(try await scores(store) == [key: row])
        try await learn(store, [.action(sampleAction(keywords: ["fix"]))])
        #expect(
            try await scores(store)
                == [key: ScoreRow(score: Score(3.1), usageCount: 6, successCount: 5, lastUsed: testTime)]
        )
        #expect(try await store.imports.importedScores(ofRun: run.number, after: nil, limit: 9).map(\.row) == [row])
        #expect(try await store.imports.importedScores(ofRun: run.number, after: key, limit: 9).isEmpty)
        try await store.close()
    }
}
