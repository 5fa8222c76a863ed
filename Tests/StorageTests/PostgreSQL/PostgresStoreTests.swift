import Bus
import TestSupport
import Testing

@testable import Storage

struct PostgresStoreTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func newDatabase() async throws -> PostgresOptions {
        try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
    }

    private func open(_ options: PostgresOptions, in folder: TemporaryFolder) async throws -> DurableStore {
        try await DurableStore.open(
            folder: folder.path,
            location: .postgres(options),
            learning: testLearning,
            patience: testPatience
        )
    }

    @Test func serversThatStartAtOnceCreateOneSchema() async throws {
        let options = try await newDatabase()
        try await withLoop { (loop: EventLoop) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await PostgresDatabase.prepare(options, on: loop) } }
                try await group.waitForAll()
            }
        }
        try await withPostgres(options) { (connection: PostgresConnection) async throws in
            let versions = try await connection.execute("SELECT count(*), max(version) FROM schema_version")
            #expect(versions.integer(0, 0) == Int64(PostgresSchema.version), "each version once")
            #expect(versions.integer(0, 1) == Int64(PostgresSchema.version))
        }
    }

    @Test func bothStoresHaveTheSameColumns() async throws {
        let options = try await newDatabase()
        try await open(options, in: folder).close()
        let columns = try await withPostgres(options) { connection in
            let result = try await connection.execute(
                """
                SELECT table_name || '.' || column_name FROM information_schema.columns
                WHERE table_schema = 'public'
                """
            )
            return Set((0..<result.count).map { result.text($0, 0) })
        }
        let embedded = try TemporaryFolder()
        try await DurableStore.open(folder: embedded.path, learning: testLearning).close()
        let sqlite = try SQLiteConnection(path: embedded.file("store.db"), name: "test", access: .writing)
        let expected = try sqlite.access { db in
            let select = try SQLiteStatement(
                db,
                """
                SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_xinfo(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
                """
            )
            var names: Set<String> = []
            while try select.step() { names.insert(select.text(0)) }
            return names
        }
        try sqlite.close()
        // Where one server is alone, nobody asks what others changed, nor which of several offers an item.
        let shared = ["score_changes.", "inbox_servers.", "inbox_items.holder"]
        #expect(columns.filter { column in !shared.contains { column.hasPrefix($0) } } == expected)
    }

    @Test func aNewerDatabaseIsRefusedWithBothVersions() async throws {
        let options = try await newDatabase()
        try await open(options, in: folder).close()
        try await withPostgres(options) { (connection: PostgresConnection) async throws in
            try await connection.execute("INSERT INTO schema_version (version) VALUES (7)")
        }
        let error = await #expect(throws: StorageError.self) { try await open(options, in: folder) }
        #expect(error?.code == .newerSchema)
        #expect(error?.message.contains("7") == true)
        #expect(error?.message.contains("\(PostgresSchema.version)") == true)
    }

    @Test func whoMayNotCreateTheDatabaseIsToldHow() async throws {
        let server = try await PostgresServer.shared()
        try await withPostgres { (connection: PostgresConnection) async throws in
            try await connection.execute("CREATE ROLE guest LOGIN")
        }
        let options = try PostgresOptions(
            url:
                "host=\(server.options().values["host"] ?? "") port=\(server.options().values["port"] ?? "") user=guest dbname=absent"
        )
        let error = await #expect(throws: StorageError.self) { try await open(options, in: folder) }
        #expect(error?.code == .unreadable)
        #expect(error?.message.contains("createdb absent") == true)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func anyRecordIsStoredAsInSQLite(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let records = (0..<300).map { _ in randomRecord(using: &random).withoutNULInKeywords }
        var found: [([ActionSummary], [ScoreKey: ScoreRow], StoreCounts, [IdempotencyRecord?])] = []
        for kind in StoreKind.allCases {
            let durable = try await kind.open(records, in: try TemporaryFolder())
            var answers: [IdempotencyRecord?] = []
            // Older ones go with the first batch, and what that holds is a matter of time.
            for case .action(let action) in records where action.createdAt > .now() {
                guard let key = action.idempotency?.key, key.utf8.count > 20 else { continue }
                answers.append(try await durable.store.answer(forKey: key))
            }
            #expect(durable.figures.writer.rejected == 0)
            found.append(
                (
                    try await durable.store.actions(matching: ActionFilter(limit: 1000)),
                    try await durable.store.scores(), try await durable.store.counts(), answers
                )
            )
            try await durable.close()
        }
        // Said in short: a failure of these would print thousands of lines.
        let areAlike = (
            actions: found[0].0 == found[1].0, scores: found[0].1 == found[1].1, counts: found[0].2 == found[1].2,
            answers: found[0].3 == found[1].3
        )
        #expect(areAlike == (true, true, true, true))
        let isReplay = found[1].1 == replayedScores(records)
        #expect(isReplay)
    }

    @Test func keywordsMayHoldAnything() async throws {
        let options = try await newDatabase()
        let durable = try await open(options, in: folder)
        var records: [JournalRecord] = []
        for _ in 0..<3 {
            records.append(.action(sampleAction(tool: "t\0", keywords: ["a\0b", "a", "a\0c", "", "␀", "\"\\u0000"])))
            records.append(.feedback(sampleFeedback(tool: "t\0", keywords: ["a\0b", "\0"], chosen: true)))
        }
        for record in records { try await durable.append(record) }
        try await durable.flush(milliseconds: 150_000)
        #expect(durable.figures.writer.rejected == 0)
        #expect(try await durable.store.scores() == replayedScores(records))
        try await durable.close()
    }

    @Test func inputAndOutputAreKeptWhole() async throws {
        let options = try await newDatabase()
        let durable = try await open(options, in: folder)
        var action = sampleAction(project: String((0..<4096).map { _ in "abcdefghij/".randomElement() ?? "a" }))
        action.input = String(repeating: "é\0", count: 500_000)
        action.output = "␀"
        action.exitCode = .min
        action.durationMilliseconds = .max
        try await durable.append(.action(action))
        try await durable.flush(milliseconds: 150_000)
        let listed = try await durable.store.actions(matching: ActionFilter())
        #expect(listed.first?.projectPath == action.projectPath.flatMap(ProjectPath.init)?.string)
        #expect(listed.first?.exitCode == .min)
        #expect(listed.first?.durationMilliseconds == .max)
        #expect(try await durable.store.counts().projects == 0, "an index can't hold the path")
        try await durable.close()
        try await withPostgres(options) { (connection: PostgresConnection) async throws in
            let row = try await connection.execute("SELECT input, output FROM actions")
            #expect(row.text(0, 0) == action.input)
            #expect(row.text(0, 1) == action.output)
        }
    }

    @Test func aRecordThatTheDatabaseRefusesIsSetAside() async throws {
        let options = try await newDatabase()
        let twice = sampleAction()
        let durable = try await open(options, in: folder)
        try await durable.append(.action(twice))
        try await durable.flush(milliseconds: 150_000)
        for index in 0..<20 {
            try await durable.append(.action(index == 13 ? twice : sampleAction(keywords: ["k"])))
        }
        try await durable.flush(milliseconds: 150_000)
        #expect(durable.figures.writer.rejected == 1)
        #expect(try await durable.store.counts().actions == 20)
        #expect(try await durable.store.scores().first?.value.usageCount == 19)
        try await durable.close()
        try await withPostgres(options) { (connection: PostgresConnection) async throws in
            let row = try await connection.execute("SELECT position, body, reason FROM rejected_records")
            #expect(row.count == 1)
            #expect(row.integer(0, 0) == 15)
            #expect(try RecordCoder.decode(row.bytes(0, 1).span) == .action(twice))
        }
    }

    @Test func twoServersWriteTheSameRowsAtOnce() async throws {
        let options = try await newDatabase()
        let stores = [try await open(options, in: folder), try await open(options, in: try TemporaryFolder())]
        // Only uses that succeed: then the order of the two doesn't matter, and a replay in any order is the answer.
        let records = (0..<2).map { server in
            (0..<1500).map { index in
                JournalRecord.action(
                    sampleAction(
                        tool: "tool\(index % 3)",
                        session: "s\(index % 5)",
                        project: "/p\(index % 7)",
                        keywords: ["k\(index % 11)", "rare\(index)", "k\((index * 7 + server) % 13)"]
                    )
                )
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (store, records) in zip(stores, records) {
                group.addTask {
                    for (index, record) in records.enumerated() {
                        try await store.append(record)
                        if index % 20 == 0 { try await store.flush(milliseconds: 150_000) }
                    }
                    try await store.flush(milliseconds: 150_000)
                }
            }
            try await group.waitForAll()
        }
        #expect(stores.allSatisfy { $0.figures.writer.failures == 0 && $0.figures.writer.rejected == 0 })
        #expect(try await stores[0].store.scores() == replayedScores(records[0] + records[1]))
        #expect(try await stores[0].store.counts().actions == 3000)
        #expect(try await stores[0].store.counts().projects == 7)
        for store in stores { try await store.close() }
        try await withPostgres(options) { (connection: PostgresConnection) async throws in
            let sum = try await connection.execute("SELECT count(*), sum(total_tools_used)::bigint FROM sessions")
            #expect(sum.integer(0, 0) == 5)
            #expect(sum.integer(0, 1) == 3000)
        }
    }

    @Test func aRowThatAnotherServerIsMakingIsChangedAndNotMadeAgain() async throws {
        let options = try await newDatabase()
        let action = sampleAction(keywords: ["k"])
        let entry = JournalEntry(position: JournalPosition(1), record: .action(action))
        let batch = RecordBatch(journalID: "j", entries: [entry], rejected: [], through: JournalPosition(1))
        try await withLoop { (loop: EventLoop) async throws in
            let writer = PostgresWriter(options, loop: loop, learning: testLearning, presence: .none)
            _ = try await writer.mark(ofJournal: "j")
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                try await other.execute("BEGIN")
                try await other.execute(PostgresStatements.lockEffects)
                try await other.execute(
                    """
                    INSERT INTO routing_scores (keywords, tool_name, tool_type, weight, usage_count, success_count, last_used)
                    VALUES ('["k"]', 'Bash', 'builtin', 1, 1, 1, now())
                    """
                )
                let writing = Task { try await writer.write(batch, at: testTime) }
                try await other.wait(
                    """
                    SELECT count(*) = 1 FROM pg_stat_activity
                    WHERE wait_event_type = 'Lock' AND datname = current_database()
                    """
                )
                try await other.execute("COMMIT")
                try await writing.value
                let row = try await other.execute(
                    "SELECT count(*), sum(usage_count)::bigint, max(weight) FROM routing_scores"
                )
                #expect(row.integer(0, 0) == 1)
                #expect(row.integer(0, 1) == 2)
                #expect(row.real(0, 2) == 1.1)
            }
            await writer.close()
        }
    }

    @Test func scoresThatSomebodyDeletedAreMadeAgain() async throws {
        let options = try await newDatabase()
        let durable = try await open(options, in: folder)
        // Once to make the rows, and once to know that they are there.
        for _ in 0..<2 {
            try await durable.append(.action(sampleAction(keywords: ["a", "b"])))
            try await durable.flush()
        }
        try await withPostgres(options) { (other: PostgresConnection) async throws in
            try await other.execute("DELETE FROM routing_scores WHERE keyword = 'a'")
        }
        try await durable.append(.action(sampleAction(keywords: ["a", "b"])))
        try await durable.flush()
        try await withPostgres(options) { (other: PostgresConnection) async throws in
            let rows = try await other.execute(
                "SELECT keyword, usage_count, weight FROM routing_scores ORDER BY keyword"
            )
            #expect(rows.count == 2)
            #expect([rows.integer(0, 1), rows.integer(1, 1)] == [1, 3])
            #expect([rows.real(0, 2), rows.real(1, 2)] == [1, 1.2])
            #expect(try await other.execute("SELECT count(*) FROM actions").integer(0, 0) == 3)
        }
        try await durable.close()
    }

    @Test func aCrashBetweenCopyAndCommitDoublesNothing() async throws {
        let options = try await newDatabase()
        let records = (0..<200).map { JournalRecord.action(sampleAction(session: "s", keywords: ["k\($0 % 3)"])) }
        let entries = records.enumerated().map { index, record in
            JournalEntry(position: JournalPosition(Int64(index) + 1), record: record)
        }
        let batch = RecordBatch(journalID: "j", entries: entries, rejected: [], through: JournalPosition(200))
        try await withLoop { (loop: EventLoop) async throws in
            let writer = PostgresWriter(options, loop: loop, learning: testLearning, presence: .none)
            #expect(try await writer.mark(ofJournal: "j") == .start)
            try await withPostgres(options) { (other: PostgresConnection) async throws in
                // The rows are in, and the writer waits for its turn to change the scores.
                let lock = PostgresStatements.lockEffects.split(separator: "_xact").joined()
                try await other.execute(lock)
                let writing = Task { try await writer.write(batch, at: testTime) }
                let waiting = """
                    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """
                try await other.wait("SELECT EXISTS (\(waiting))")
                try await other.execute("SELECT pg_terminate_backend(pid) FROM (\(waiting)) AS w")
                let error = await #expect(throws: StorageError.self) { try await writing.value }
                #expect(error?.code == .unavailable)
                #expect(try await other.execute("SELECT count(*) FROM actions").integer(0, 0) == 0)
                try await other.execute("SELECT pg_advisory_unlock_all()")
            }
            #expect(try await writer.mark(ofJournal: "j") == .start)
            for _ in 0..<3 { try await writer.write(batch, at: testTime) }
            #expect(try await writer.mark(ofJournal: "j") == JournalPosition(200))
            await writer.close()
        }
        let durable = try await open(options, in: folder)
        #expect(try await durable.store.counts().actions == 200)
        #expect(try await durable.store.scores() == replayedScores(records))
        try await durable.close()
    }
}

extension JournalRecord {
    /// The embedded store cuts a keyword at its first NUL.
    fileprivate var withoutNULInKeywords: JournalRecord {
        func clean(_ keywords: [String]) -> [String] {
            keywords.map { keyword in String(String.UnicodeScalarView(keyword.unicodeScalars.filter { $0 != "\0" })) }
        }
        switch self {
        case .action(var action):
            action.keywords = clean(action.keywords)
            return .action(action)
        case .feedback(var feedback):
            feedback.keywords = clean(feedback.keywords)
            return .feedback(feedback)
        case .message, .inbox, .reading, .sighting: return self
        }
    }
}
