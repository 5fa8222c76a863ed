import Bus
import TestSupport
import Testing

@testable import Storage

struct DurableStoreTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ folder: TemporaryFolder? = nil) async throws -> DurableStore {
        try await DurableStore.open(
            folder: (folder ?? self.folder).path,
            learning: testLearning,
            patience: testPatience
        )
    }

    private func sqlite<Result>(_ body: (SQLiteConnection) throws -> Result) throws -> Result {
        let connection = try SQLiteConnection(path: folder.file("store.db"), name: "test", access: .writing)
        let result = try body(connection)
        try connection.close()
        return result
    }

    @Test func aReadSeesWhatWasWrittenBefore() async throws {
        let durable = try await open()
        for count in 1...20 {
            try await durable.append(.action(sampleAction()))
            let found = try await durable.readYourWrites { store throws(StorageError) in try await store.counts() }
            #expect(found.actions == count)
        }
        #expect(durable.figures.writer.backlog == 0)
        try await durable.close()
    }

    @Test func recordsReachTheStoreByThemselves() async throws {
        let durable = try await open()
        let position = try await durable.append(.action(sampleAction()))
        while durable.figures.writer.mark < position { await Task.yield() }
        #expect(try await durable.store.counts().actions == 1)
        try await durable.close()
    }

    @Test func whatAnEarlierRunLeftIsStoredBeforeItIsReady() async throws {
        let journal = try Journal(path: folder.file("journal.db")) { _, _ in }
        for _ in 0..<30 { _ = try await journal.append(.action(sampleAction(session: "s", keywords: ["k"]))) }
        try await journal.close()
        let durable = try await open()
        #expect(try await durable.store.counts().actions == 30)
        let row = try #require(try await durable.store.scores().first?.value)
        #expect(row.usageCount == 30)
        try await durable.close()
    }

    @Test func recordsThatTheStoreHoldsAreSkippedAfterACrash() async throws {
        let durable = try await open()
        for _ in 0..<10 { try await durable.append(.action(sampleAction(session: "s", keywords: ["k"]))) }
        try await durable.flush(milliseconds: 150_000)
        // The journal deletes lazily, so it still has all ten.
        let crashed = try folder.copyAfterCrash()
        try await durable.close()
        let again = try await open(crashed)
        #expect(again.figures.writer.mark == JournalPosition(10))
        try await again.append(.action(sampleAction(session: "s", keywords: ["k"])))
        try await again.flush(milliseconds: 150_000)
        #expect(try await again.store.counts().actions == 11)
        #expect(try await again.store.scores().first?.value.usageCount == 11)
        try await again.close()
    }

    @Test(arguments: 0..<6)
    func aCrashAtAnyMomentLosesAndDoublesNothing(seed: UInt64) async throws {
        let order = Lock<[JournalRecord]>([])
        let accepted = Lock<Set<String>>([])
        let durable = try await DurableStore.open(folder: folder.path, learning: testLearning) { entries in
            order.withLock { $0 += entries.map(\.record) }
        }
        let crash = try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<16 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &* 100 &+ UInt64(writer))
                    for _ in 0..<40 {
                        let keywords = (0..<3).map { _ in "k\(Int.random(in: 0..<20, using: &random))" }
                        let exitCode = Int.random(in: 0..<3, using: &random)
                        let action = sampleAction(
                            session: "s\(writer % 3)",
                            exitCode: exitCode == 2 ? nil : exitCode,
                            keywords: keywords
                        )
                        try await durable.append(.action(action))
                        accepted.withLock { _ = $0.insert(action.id.description) }
                    }
                }
            }
            while order.withLock({ $0.count }) < Int(seed) * 100 + 20 { await Task.yield() }
            let before = accepted.withLock { $0 }
            let copy = try folder.copyAfterCrash()
            try await group.waitForAll()
            return (folder: copy, accepted: before)
        }
        try await durable.close()
        try await check(crash.folder, accepted: crash.accepted, order: order.withLock { $0 })
    }

    private func check(_ crashed: TemporaryFolder, accepted: Set<String>, order: [JournalRecord]) async throws {
        let again = try await open(crashed)
        let stored = Set(
            try await again.store.actions(matching: ActionFilter(limit: .max)).map(\.id.description)
        )
        #expect(stored.isSuperset(of: accepted))
        // What was stored is a beginning of what was committed: nothing in between is missing or twice.
        let expected = Array(order.prefix(stored.count))
        #expect(Set(expected.compactMap(\.action?.id.description)) == stored)
        #expect(try await again.store.scores() == replayedScores(expected))
        try await again.close()
        let connection = try SQLiteConnection(path: crashed.file("store.db"), name: "test", access: .writing)
        let sessions = try connection.access { db in
            let select = try SQLiteStatement(
                db,
                "SELECT id, total_tools_used, total_success, total_errors FROM sessions"
            )
            var rows: [String: [Int64]] = [:]
            while try select.step() { rows[select.text(0)] = (1...3).map { select.integer($0) } }
            return rows
        }
        try connection.close()
        var counted: [String: [Int64]] = [:]
        for action in expected.compactMap(\.action) {
            var counts = counted[action.sessionID ?? "", default: [0, 0, 0]]
            counts[0] += 1
            if let exitCode = action.exitCode { counts[exitCode == 0 ? 1 : 2] += 1 }
            counted[action.sessionID ?? ""] = counts
        }
        #expect(sessions == counted)
    }

    @Test func aRecordThatTheStoreRefusesIsSetAside() async throws {
        let twice = sampleAction()
        let durable = try await open()
        try await durable.append(.action(twice))
        try await durable.flush(milliseconds: 150_000)
        for index in 0..<20 {
            try await durable.append(.action(index == 13 ? twice : sampleAction(keywords: ["k"])))
        }
        try await durable.flush(milliseconds: 150_000)
        #expect(durable.figures.writer.rejected == 1)
        #expect(durable.figures.writer.backlog == 0)
        #expect(try await durable.store.counts().actions == 20)
        #expect(try await durable.store.scores().first?.value.usageCount == 19)
        try await durable.close()
        let body = try sqlite { connection in
            try connection.access { db in
                let select = try SQLiteStatement(db, "SELECT position, body FROM rejected_records")
                defer { select.reset() }
                #expect(try select.step())
                #expect(select.integer(0) == 15)
                return select.blob(1)
            }
        }
        #expect(try RecordCoder.decode(body.span) == .action(twice))
    }

    @Test func aDamagedRecordIsSetAsideAsItIs() async throws {
        let journal = try Journal(path: folder.file("journal.db")) { _, _ in }
        for _ in 0..<3 { _ = try await journal.append(.action(sampleAction())) }
        try await journal.close()
        let connection = try SQLiteConnection(path: folder.file("journal.db"), name: "test", access: .writing)
        try connection.execute("UPDATE records SET body = x'0101FF' WHERE position = 2")
        try connection.close()
        let durable = try await open()
        #expect(try await durable.store.counts().actions == 2)
        #expect(durable.figures.writer.rejected == 1)
        try await durable.close()
    }

    @Test func aNewerStoreIsRefusedWithBothVersions() async throws {
        try await open().close()
        try sqlite { connection in
            try connection.execute("INSERT INTO schema_version VALUES (7, 0)")
        }
        let error = await #expect(throws: StorageError.self) { try await open() }
        #expect(error?.code == .newerSchema)
        #expect(error?.message.contains("7") == true)
        #expect(error?.message.contains("\(SQLiteSchema.version)") == true)
    }

    @Test func theScoresOfTheFirstSchemaAreKept() async throws {
        let first = try await open()
        for keyword in ["a", "b"] { try await first.append(.action(sampleAction(keywords: [keyword]))) }
        try await first.flush()
        let scores = try await first.store.scores()
        try await first.close()
        try sqlite { connection in
            for statement in [
                "DELETE FROM schema_version WHERE version > 1",
                """
                CREATE TABLE old_scores (
                    id INTEGER PRIMARY KEY, keywords TEXT NOT NULL,
                    keyword TEXT NOT NULL GENERATED ALWAYS AS (keywords ->> 0) STORED,
                    tool_name TEXT NOT NULL, tool_type TEXT NOT NULL, weight REAL NOT NULL,
                    usage_count INTEGER NOT NULL, success_count INTEGER NOT NULL, last_used INTEGER NOT NULL,
                    UNIQUE (keyword, tool_name, tool_type)
                ) STRICT
                """,
                """
                INSERT INTO old_scores (
                    id, keywords, tool_name, tool_type, weight, usage_count, success_count, last_used
                )
                SELECT id, keywords, tool_name, tool_type, weight, usage_count, success_count, last_used
                FROM routing_scores
                """,
                "DROP TABLE routing_scores", "ALTER TABLE old_scores RENAME TO routing_scores",
                "DROP TABLE jobs", "DROP TABLE imports", "DROP TABLE import_matches", "DROP TABLE import_sessions",
                "DROP TABLE import_projects", "DROP TABLE imported_scores", "DROP TABLE own_scores",
                "DROP TABLE inbox_items", "DROP TABLE known_agents", "DROP INDEX messages_broadcast",
                "ALTER TABLE messages DROP COLUMN thread_id", "ALTER TABLE messages DROP COLUMN reply_to",
                "ALTER TABLE messages DROP COLUMN client_message_id",
                "ALTER TABLE messages DROP COLUMN sender_verified", "ALTER TABLE messages DROP COLUMN channel",
            ] { try connection.execute(statement) }
        }
        let second = try await open()
        #expect(try await second.store.scores() == scores)
        try await second.append(.action(sampleAction(keywords: ["a"])))
        try await second.flush()
        #expect(try await second.store.scores().count == 2)
        try await second.close()
    }

    @Test func aSecondServerIsRefusedUntilTheFirstHasClosed() async throws {
        let first = try await open()
        let error = await #expect(throws: StorageError.self) { try await open() }
        #expect(error?.code == .folderInUse)
        try await first.close()
        try await open().close()
    }

    @Test func aClosedStoreKeepsEverythingAndAllTables() async throws {
        let durable = try await open()
        for _ in 0..<100 { try await durable.append(.action(sampleAction())) }
        try await durable.close()
        let tables = try sqlite { connection in
            try connection.access { db in
                let select = try SQLiteStatement(
                    db,
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                )
                var names: Set<String> = []
                while try select.step() { names.insert(select.text(0)) }
                return names
            }
        }
        #expect(
            tables == [
                "projects", "requests", "task_lists", "subtasks", "actions", "routing_scores", "messages",
                "subscriptions", "blocked_agents", "agent_contexts", "sessions", "idempotency_keys", "journal_marks",
                "rejected_records", "schema_version", "inbox_items", "known_agents", "jobs", "imports",
                "import_matches", "import_sessions", "import_projects", "imported_scores", "own_scores",
            ]
        )
        let again = try await open()
        #expect(try await again.store.counts().actions == 100)
        try await again.close()
    }

    @Test func aJournalOlderThanTheMarkGoesOnBehindIt() async throws {
        let durable = try await open()
        try await durable.append(.action(sampleAction()))
        let old = try folder.copyAfterCrash()
        for _ in 0..<5 { try await durable.append(.action(sampleAction())) }
        try await durable.close()
        // The journal of the copy with the store of now.
        let mixed = try old.replacingStore(with: folder)
        let again = try await open(mixed)
        #expect(try await again.append(.action(sampleAction())) == JournalPosition(7))
        try await again.flush(milliseconds: 150_000)
        #expect(try await again.store.counts().actions == 7)
        try await again.close()
    }
}

extension JournalRecord {
    fileprivate var action: ActionRecord? {
        guard case .action(let action) = self else { return nil }
        return action
    }
}
