import Bus
import TestSupport
import Testing

@testable import Storage

/// Connections that break, and servers that go or say nothing.
struct PostgresLossTests {
    @Test func aStatementThatTakesTooLongIsEndedByTheServer() async throws {
        var limits = PostgresLimits.requests.times(testPatience)
        limits.statement = 100
        try await withPostgres(limits: limits) { (connection: PostgresConnection) async throws in
            let error = await #expect(throws: StorageError.self) { try await connection.execute("SELECT pg_sleep(60)") }
            #expect(error?.sqlState == "57014")
            #expect(error?.code == .unavailable)
            // On a busy machine any statement may take too long.
            while await connection.isOpen, (try? await connection.execute("SELECT 1")) == nil {}
            #expect(await connection.isOpen)
        }
    }

    @Test func aConnectionThatIsTerminatedFailsWhatItDoes() async throws {
        try await withPostgres { (victim: PostgresConnection) async throws in
            let process = try await victim.processID
            let sleeping = Task { try await victim.execute("SELECT pg_sleep(60)") }
            try await withPostgres { (killer: PostgresConnection) async throws in
                try await killer.wait("SELECT state = 'active' FROM pg_stat_activity WHERE pid = \(process)")
                try await killer.execute("SELECT pg_terminate_backend(\(process))")
            }
            let error = await #expect(throws: StorageError.self) { try await sleeping.value }
            #expect(error?.sqlState == "57P01")
            #expect(error?.code == .unavailable)
            #expect(await victim.isOpen == false)
            await #expect(throws: StorageError.self) { try await victim.execute("SELECT 1") }
        }
    }

    @Test func anIdleConnectionNoticesThatItIsTerminated() async throws {
        try await withPostgres { (victim: PostgresConnection) async throws in
            let process = try await victim.processID
            try await withPostgres { (killer: PostgresConnection) async throws in
                try await killer.execute("SELECT pg_terminate_backend(\(process))")
            }
            while await victim.isOpen { await Task.yield() }
        }
    }

    @Test func whatIsClosedBeforeItIsOpenedSaysSo() async throws {
        let options = try await PostgresServer.shared().options()
        try await withLoop { (loop: EventLoop) async throws in
            let connection = PostgresConnection(options, limits: .requests, on: loop)
            await connection.close()
            await #expect(throws: StorageError.self) { try await connection.open() }
        }
    }

    /// The server may answer before it has seen a row, and libpq may have read that when the rows are sent.
    @Test func aCopyThatIsRefusedBeforeItsRowsFailsAtOnce() async throws {
        try await withPostgres { (connection: PostgresConnection) async throws in
            try await connection.execute("CREATE TEMPORARY TABLE refusing (id int)")
            try await connection.execute(
                """
                CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'no rows here' USING ERRCODE = '23514'; END $$
                """
            )
            try await connection.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON refusing EXECUTE FUNCTION pg_temp.refuse()"
            )
            for _ in 0..<50 {
                let error = await #expect(throws: StorageError.self) {
                    try await connection.copyIn("COPY refusing FROM STDIN", OneLine())
                }
                #expect(error?.sqlState == "23514")
            }
        }
    }

    @Test func aPoolReplacesWhatBroke() async throws {
        let options = try await PostgresServer.shared().options()
        try await withLoop { (loop: EventLoop) async throws in
            let pool = PostgresPool(
                options,
                name: "test",
                limits: .requests.times(testPatience),
                size: 2,
                waitMilliseconds: 60_000,
                on: loop
            )
            let processes = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await pool.withConnection { connection throws(StorageError) in
                            try await connection.execute("SELECT pg_backend_pid() FROM pg_sleep(0.01)").integer(0, 0)
                        }
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(processes.count <= 2)
            try await withPostgres { (killer: PostgresConnection) async throws in
                for process in processes { try await killer.execute("SELECT pg_terminate_backend(\(process))") }
                let names = processes.map { "\($0)" }.joined(separator: ", ")
                try await killer.wait("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid IN (\(names))")
            }
            // What was closed may be noticed only when it is used; never twice.
            for _ in 0..<2 {
                _ = try? await pool.withConnection { connection throws(StorageError) in
                    try await connection.execute("SELECT 1")
                }
            }
            let result = try await pool.withConnection { connection throws(StorageError) in
                _ = try await connection.execute("BEGIN")
                return try await connection.execute("SELECT 1")
            }
            #expect(result.integer(0, 0) == 1)
            let isInTransaction = try await pool.withConnection { connection async throws(StorageError) in
                await connection.isInTransaction
            }
            #expect(isInTransaction == false, "it was rolled back when it was given back")
            await pool.close()
        }
    }

    @Test func whoWaitsTooLongForAConnectionIsTold() async throws {
        let options = try await PostgresServer.shared().options()
        try await withLoop { (loop: EventLoop) async throws in
            let pool = PostgresPool(options, name: "test", limits: .requests, size: 1, waitMilliseconds: 100, on: loop)
            // Opening the connection takes longer than the limit on a busy machine; here it is about one that is held.
            while (try? await pool.withConnection { _ throws(StorageError) in () }) == nil {}
            let expired = pool.figures.expired
            let held = Watched(false)
            let released = Watched(false)
            let holder = Task {
                try await pool.withConnection { connection throws(StorageError) in
                    held.update { $0 = true }
                    await released.wait { $0 }
                }
            }
            await held.wait { $0 }
            let error = await #expect(throws: StorageError.self) {
                try await pool.withConnection { connection throws(StorageError) in () }
            }
            #expect(error?.code == .unavailable)
            let figures = pool.figures
            #expect([figures.connections, figures.used, figures.waiting] == [1, 1, 0])
            #expect(figures.expired == expired + 1)
            released.update { $0 = true }
            try await holder.value
            await pool.close()
            await #expect(throws: StorageError.self) {
                try await pool.withConnection { connection throws(StorageError) in () }
            }
        }
    }

    @Test func aServerThatSaysNothingIsGivenUp() async throws {
        let server = try await onOwnThread { try PostgresServer() }
        var limits = PostgresLimits.batches
        limits.silence = 2000
        try await withPostgres(server.options(), limits: limits) { (connection: PostgresConnection) async throws in
            try server.freeze()
            let error = await #expect(throws: StorageError.self) { try await connection.execute("SELECT 1") }
            #expect(error?.code == .unavailable)
            #expect(await connection.isOpen == false)
            try server.thaw()
        }
        try await withPostgres(server.options()) { (connection: PostgresConnection) async throws in
            #expect(try await connection.execute("SELECT 1").integer(0, 0) == 1)
            let sleeping = Task { try await connection.execute("SELECT pg_sleep(60)") }
            try await withPostgres(server.options()) { (other: PostgresConnection) async throws in
                try await other.wait("SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
            }
            try await onOwnThread { try server.stop() }
            let error = await #expect(throws: StorageError.self) { try await sleeping.value }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func recordsWaitForADatabaseThatIsAway() async throws {
        let server = try await onOwnThread { try PostgresServer() }
        let folder = try TemporaryFolder()
        let durable = try await DurableStore.open(
            folder: folder.path,
            location: .postgres(server.options(database: "away")),
            learning: testLearning,
            patience: testPatience
        )
        var records: [JournalRecord] = []
        for round in 0..<4 {
            if round == 1 {
                try await durable.flush(milliseconds: 150_000)
                try await onOwnThread { try server.stop() }
            }
            for _ in 0..<50 {
                let record = JournalRecord.action(sampleAction(session: "s", keywords: ["a", "b"]))
                records.append(record)
                try await durable.append(record)
            }
            if round == 1 {
                let error = await #expect(throws: StorageError.self) { try await durable.flush(milliseconds: 100) }
                #expect(error?.code == .unavailable)
                await #expect(throws: StorageError.self) { try await durable.store.counts() }
            }
            if round == 2 { try await onOwnThread { try server.start() } }
        }
        try await durable.flush(milliseconds: 150_000)
        #expect(try await durable.store.counts().actions == 200)
        #expect(try await durable.store.scores() == replayedScores(records))
        #expect(durable.figures.writer.rejected == 0)
        try await durable.close()
    }
}

extension PostgresConnection {
    /// Returns when the query says true, also inside of a transaction, which would see the activity of one moment only.
    func wait(_ sql: String) async throws {
        while try await !execute("SELECT COALESCE((\(sql)), false)").bool(0, 0) {
            try await execute("SELECT pg_stat_clear_snapshot()")
        }
    }
}

private struct OneLine: CopySource {
    private var isSent = false

    mutating func next(into bytes: inout [UInt8]) -> Bool {
        guard !isSent else { return false }
        isSent = true
        bytes += "1\n".utf8
        return true
    }
}
