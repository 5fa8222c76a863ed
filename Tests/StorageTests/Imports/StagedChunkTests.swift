import Bus
import TestSupport
import Testing

@testable import Storage

/// Chunks of an import that are begun with before their turn.
@Suite(.timeLimit(.minutes(2))) struct StagedChunkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func withRun(
        _ kind: StoreKind,
        at location: StoreLocation? = nil,
        _ body: (DurableStore, ImportRun) async throws -> Void
    ) async throws {
        let durable = try await kind.open([], in: folder, at: location)
        let job = JobRecord(
            id: testIDs.next(at: testTime),
            kind: "migration",
            owner: "me",
            arguments: "{}",
            at: testTime
        )
        try await durable.jobs.save(job)
        let run = try await durable.imports.beginRun(ofJob: job.id, source: "a", merge: .sum, at: testTime)
        try await body(durable, run)
        try await durable.close()
    }

    private func chunk(_ rows: ClosedRange<Int64>, of run: ImportRun) -> ImportChunk {
        let checkpoint = JobCheckpoint(jobID: run.jobID, text: "\(rows.upperBound)", time: testTime)
        var chunk = ImportChunk(run: run.number, mayRepeat: false, checkpoint: checkpoint)
        chunk.actions = rows.map { row in
            var record = sampleAction(session: "s", project: "/p", at: testTime)
            record.id = UUIDv7(high: UInt64(row) << 16 | 0x8000, low: 1)
            var note = ImportNote(row: row)
            note.run = run.number
            return ImportedAction(record: record, note: note)
        }
        return chunk
    }

    private func counts(_ durable: DurableStore, _ run: ImportRun) async throws -> [String] {
        [
            "\(try await durable.store.counts().actions)",
            "\(try await durable.store.session("s")?.toolsUsed ?? 0)",
            try await durable.jobs.job(run.jobID)?.checkpoint ?? "-",
        ]
    }

    @Test(arguments: StoreKind.allCases)
    func theyAreThereWhenTheirTurnHasComeAndNotBefore(kind: StoreKind) async throws {
        try await withRun(kind) { (durable: DurableStore, run: ImportRun) async throws in
            let first = durable.imports.stage(chunk(1...100, of: run))
            let second = durable.imports.stage(chunk(101...150, of: run))
            #expect(try await counts(durable, run) == ["0", "0", "-"])
            try await first.finish()
            #expect(try await counts(durable, run) == ["100", "100", "100"])
            try await second.finish()
            #expect(try await counts(durable, run) == ["150", "150", "150"])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func whatIsDiscardedLeavesNothingAndCanBeWritten(kind: StoreKind) async throws {
        try await withRun(kind) { (durable: DurableStore, run: ImportRun) async throws in
            let chunk = chunk(1...100, of: run)
            await durable.imports.stage(chunk).discard()
            #expect(try await counts(durable, run) == ["0", "0", "-"])
            #expect(try await durable.imports.write(chunk) == 100)
            #expect(try await counts(durable, run) == ["100", "100", "100"])
        }
    }

    /// Two copies are under way at once, in transactions that wait for their turn.
    @Test func aSecondProcessOfTheDatabaseWorks() async throws {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        try await withRun(.postgres, at: .postgres(options)) { (durable: DurableStore, run: ImportRun) async throws in
            let chunks = [chunk(1...10, of: run), chunk(11...20, of: run)].map { durable.imports.stage($0) }
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                try await other.wait(
                    """
                    SELECT count(*) = 2 FROM pg_stat_activity WHERE datname = current_database()
                        AND state = 'idle in transaction' AND query LIKE 'COPY%'
                    """
                )
            }
            for chunk in chunks { try await chunk.finish() }
            #expect(try await counts(durable, run) == ["20", "20", "20"])
        }
    }

    /// Another server may have got one of the rows, and wait for a turn that comes after ours.
    @Test func aRowOfAnotherServerIsNotWaitedForLong() async throws {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        try await withRun(.postgres, at: .postgres(options)) { (durable: DurableStore, run: ImportRun) async throws in
            let chunk = chunk(1...10, of: run)
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                try await other.execute("BEGIN")
                try await other.copyIn(
                    PostgresImportStatements.copyActions,
                    PostgresActionRows(Array(chunk.actions[5...5]))
                )
                let staged = durable.imports.stage(chunk)
                let failure = await #expect(throws: StorageError.self) { try await staged.finish() }
                // lock_not_available
                #expect(failure?.sqlState == "55P03")
                try await other.execute("COMMIT")
            }
            #expect(try await durable.imports.write(chunk) == 9)
            #expect(try await counts(durable, run)[0] == "10")
        }
    }

    /// It was looked for and not there, and is when the rows come.
    @Test func aRowThatComesMeanwhileFromAnotherServerIsLookedForAgain() async throws {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        try await withRun(.postgres, at: .postgres(options)) { (durable: DurableStore, run: ImportRun) async throws in
            var chunk = chunk(1...10, of: run)
            chunk.mayRepeat = true
            let careful = chunk
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                try await other.execute("BEGIN")
                try await other.copyIn(
                    PostgresImportStatements.copyActions,
                    PostgresActionRows(Array(chunk.actions[5...5]))
                )
                async let new = durable.imports.write(careful)
                try await other.wait(
                    """
                    SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()
                        AND wait_event_type = 'Lock' AND query LIKE 'COPY%'
                    """
                )
                try await other.execute("COMMIT")
                #expect(try await new == 9)
            }
            #expect(try await counts(durable, run)[0] == "10")
        }
    }

    /// The planner knows nothing about the versions of ids, and must not take imported rows for rare: it would sort the
    /// table for each page.
    @Test func aPageIsFoundByTheIndex() async throws {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        try await withRun(.postgres, at: .postgres(options)) { (durable: DurableStore, run: ImportRun) async throws in
            #expect(try await durable.imports.write(chunk(1...20_000, of: run)) == 20_000)
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                try await other.execute("ANALYZE actions")
                let page = PostgresImportStatements.actions
                    .replacing("$1", with: "'\(UUIDv7(high: 0, low: 0))'").replacing("$2", with: "100")
                let plan = try await other.run(PostgresCommand("EXPLAIN (COSTS OFF) \(page)", isPrepared: false))
                let lines = (0..<plan.count).map { plan.text($0, 0) }
                #expect(lines.contains { $0.contains("Index Scan using actions_pkey") }, "\(lines)")
            }
        }
    }
}
