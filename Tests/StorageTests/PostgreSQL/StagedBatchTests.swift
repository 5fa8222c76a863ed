import Bus
import TestSupport
import Testing

@testable import Storage

/// Batches whose actions are copied while the batch before them is written.
@Suite(.timeLimit(.minutes(2))) struct StagedBatchTests {
    /// The records of a journal at some positions.
    private func batch(_ positions: ClosedRange<Int64>, of records: [JournalRecord]) -> RecordBatch {
        RecordBatch(
            journalID: "j",
            entries: positions.map { JournalEntry(position: JournalPosition($0), record: records[Int($0) - 1]) },
            rejected: [],
            through: JournalPosition(positions.upperBound)
        )
    }

    private func records(_ count: Int) -> [JournalRecord] {
        (0..<count).map { .action(sampleAction(session: "s\($0 % 3)", keywords: ["k\($0 % 7)", "k\($0 % 5)"])) }
    }

    private func withWriter(_ body: (PostgresWriter, PostgresOptions) async throws -> Void) async throws {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        try await withLoop { (loop: EventLoop) async throws in
            let writer = PostgresWriter(options, loop: loop, learning: testLearning, presence: .none)
            _ = try await writer.mark(ofJournal: "j")
            do {
                try await body(writer, options)
            } catch {
                await writer.close()
                throw error
            }
            await writer.close()
        }
    }

    private func expect(_ records: [JournalRecord], in options: PostgresOptions) async throws {
        let folder = try TemporaryFolder()
        let durable = try await StoreKind.postgres.open([], in: folder, at: .postgres(options))
        #expect(try await durable.store.counts().actions == records.count)
        #expect(try await durable.store.scores() == replayedScores(records))
        try await durable.close()
    }

    @Test func theNextActionsGoInWhileScoresAreChanged() async throws {
        let records = records(600)
        try await withWriter { (writer: PostgresWriter, options: PostgresOptions) async throws in
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                for first in stride(from: Int64(1), through: 600, by: 200) {
                    // The first of two can't change scores yet,
                    try await other.execute("BEGIN")
                    try await other.execute(PostgresStatements.lockEffects)
                    let front = batch(first...first + 99, of: records)
                    let writing = Task { try await writer.write(front, at: testTime) }
                    let states = "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND"
                    try await other.wait("\(states) wait_event_type = 'Lock'")
                    // but the actions of the second go in.
                    await writer.stage(batch(first + 100...first + 199, of: records))
                    try await other.wait("\(states) state = 'idle in transaction' AND query LIKE 'COPY%'")
                    try await other.execute("COMMIT")
                    try await writing.value
                    #expect(try await writer.mark(ofJournal: "j") == JournalPosition(first + 99))
                    try await writer.write(batch(first + 100...first + 199, of: records), at: testTime)
                }
            }
            #expect(await writer.stagedCount == 3)
            #expect(try await writer.mark(ofJournal: "j") == JournalPosition(600))
            try await expect(records, in: options)
        }
    }

    /// Holds the first batch at its first action, stages the second one, lets go, and stores both.
    private func write(
        _ front: RecordBatch,
        _ back: RecordBatch,
        _ during: (PostgresWriter, PostgresConnection) async throws -> Void
    )
        async throws -> [Result<Void, any Error>]
    {
        var results: [Result<Void, any Error>] = []
        try await withWriter { (writer: PostgresWriter, options: PostgresOptions) async throws in
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                try await other.execute("BEGIN")
                try await other.copyIn(PostgresStatements.copyActions, PostgresActionRows(Array(front.actions[..<1])))
                let writing = Task { try await writer.write(front, at: testTime) }
                try await other.wait(
                    "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"
                        + " AND wait_event_type = 'Lock'"
                )
                await writer.stage(back)
                try await during(writer, other)
                try await other.execute("ROLLBACK")
                results.append(await writing.result)
            }
            results.append(await Task { try await writer.write(back, at: testTime) }.result)
        }
        return results
    }

    /// Transactions whose actions are in and that wait.
    private static let staged = """
        FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'
            AND state = 'idle in transaction' AND pid <> pg_backend_pid()
        """

    @Test func theNextActionsGoInWhileThoseBeforeThemDo() async throws {
        let records = records(200)
        let results = try await write(batch(1...100, of: records), batch(101...200, of: records)) { _, other in
            try await other.wait("SELECT count(*) = 1 \(Self.staged)")
        }
        for result in results { #expect(throws: Never.self) { try result.get() } }
    }

    /// Else the first would wait for the second, whose turn comes after it.
    @Test func anActionThatIsInBothIsRefusedInTheSecond() async throws {
        var records = records(200)
        records[150] = records[99]
        let results = try await write(batch(1...100, of: records), batch(101...200, of: records)) { writer, _ in
            try await #require(writer.isHoldingBack)
        }
        #expect(throws: Never.self) { try results[0].get() }
        #expect((results[1].failure as? StorageError)?.code == .rejected)
    }

    @Test func whatIsStagedAndComesChangedLeavesNothing() async throws {
        let records = records(300)
        try await withWriter { (writer: PostgresWriter, options: PostgresOptions) async throws in
            await writer.stage(batch(1...100, of: records))
            try await writer.write(batch(1...50, of: records), at: testTime)
            await writer.stage(batch(51...200, of: records))
            try await writer.write(batch(51...300, of: records), at: testTime)
            #expect(await writer.stagedCount == 0)
            try await expect(records, in: options)
        }
    }

    @Test func aRecordThatIsRefusedIsRefusedInTheOrdinaryWay() async throws {
        var records = records(100)
        records.append(records[7])
        try await withWriter { (writer: PostgresWriter, options: PostgresOptions) async throws in
            try await writer.write(batch(1...100, of: records), at: testTime)
            await writer.stage(batch(101...101, of: records))
            let error = await #expect(throws: StorageError.self) {
                try await writer.write(batch(101...101, of: records), at: testTime)
            }
            #expect(error?.code == .rejected)
            try await expect(Array(records[..<100]), in: options)
        }
    }

    @Test func whatTheStoreHoldsIsNotStoredAgain() async throws {
        let records = records(200)
        try await withWriter { (writer: PostgresWriter, options: PostgresOptions) async throws in
            await writer.stage(batch(1...200, of: records).withoutActions)
            // Somebody had the mark in between, for example a connection that was given up.
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                let mark = PostgresCommand(BookkeepingStatements.setMark).with("j").with(200).with(testTime)
                _ = try await other.run(mark)
            }
            try await writer.write(batch(1...200, of: records).withoutActions, at: testTime)
            #expect(await writer.stagedCount == 0)
            try await expect([], in: options)
        }
    }

    /// What is staged shares the lock of scores, an import waits for it, and the batch before, which is written once
    /// more, would wait for the import.
    @Test func aBatchWrittenAgainDoesNotWaitForWhatIsStagedBehindIt() async throws {
        let records = records(200)
        try await withWriter { (writer: PostgresWriter, options: PostgresOptions) async throws in
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                let idle = "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND"
                await writer.stage(batch(1...100, of: records))
                try await other.wait("\(idle) state = 'idle in transaction' AND query LIKE 'COPY%'")
                // Its turn comes, but somebody else has the mark and moves it: it can't be stored as it is.
                try await other.execute("BEGIN")
                _ = try await other.run(
                    PostgresCommand(BookkeepingStatements.setMark).with("j").with(50).with(testTime)
                )
                let writing = Task { try await writer.write(batch(1...100, of: records), at: testTime) }
                let waiting = { (count: Int) in
                    "SELECT count(*) = \(count) FROM pg_stat_activity WHERE datname = current_database() "
                        + "AND wait_event_type = 'Lock'"
                }
                try await other.wait(waiting(1))
                await writer.stage(batch(101...200, of: records))
                try await other.wait("\(idle) state = 'idle in transaction' AND query LIKE 'COPY%'")
                let importing = Task {
                    try await withPostgres(options, limits: .batches) { (importer: PostgresConnection) async throws in
                        try await importer.execute("BEGIN")
                        try await importer.execute(PostgresImportStatements.lockScores)
                        try await importer.execute("COMMIT")
                    }
                }
                try await other.wait(waiting(2))
                try await other.execute("COMMIT")
                try await writing.value
                try await importing.value
                try await writer.write(batch(101...200, of: records), at: testTime)
            }
            #expect(try await writer.mark(ofJournal: "j") == JournalPosition(200))
            try await expect(Array(records[50...]), in: options)
        }
    }

    @Test func closingEndsWhatIsStaged() async throws {
        let records = records(100)
        try await withWriter { (writer: PostgresWriter, options: PostgresOptions) async throws in
            await writer.stage(batch(1...100, of: records))
            await writer.close()
            await writer.stage(batch(1...100, of: records))
            try await expect([], in: options)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}

extension RecordBatch {
    /// Verdicts instead, which change nothing.
    fileprivate var withoutActions: RecordBatch {
        var batch = self
        for index in batch.entries.indices {
            batch.entries[index].record = .feedback(sampleFeedback(tool: "t", keywords: ["none"], chosen: true))
        }
        return batch
    }
}
