import Bus
import TestSupport
import Testing

@testable import Storage

struct PostgresConnectionTests {
    @Test func valuesOfEveryTypeComeBack() async throws {
        let id = UUIDv7(high: 0x0123_4567_89AB_CDEF, low: .max)
        let times = [0, 946_684_799_999, -62_167_219_200_000, 253_402_300_799_999].map { Timestamp(milliseconds: $0) }
        try await withPostgres { (connection: PostgresConnection) async throws in
            let command = PostgresCommand("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12")
                .with(id).with("\0é␀").with(Int32(-5)).with(Int.min).with(-0.1).with(true).with(times[0])
                .with(PostgresJSON(text: "{\"a\": \"é\"}")).with(array: ["", "x\0", nil, "\"{},\\"])
                .with(PostgresBytes(bytes: [0, 255])).with("").with(nil as String?)
            // Twice: prepared now, and run from the cache.
            for _ in 0..<2 {
                let row = try await connection.run(command)
                #expect(row.uuid(0, 0) == id)
                #expect(row.text(0, 1) == "\0é␀")
                #expect(row.integer(0, 2) == -5)
                #expect(row.optionalInteger(0, 3) == .min)
                #expect(row.real(0, 4) == -0.1)
                #expect(row.bool(0, 5))
                #expect(row.timestamp(0, 6) == times[0])
                #expect(row.json(0, 7) == "{\"a\": \"é\"}")
                #expect(row.texts(0, 8) == ["", "x\0", "\"{},\\"])
                #expect(row.bytes(0, 9) == [0, 255])
                #expect(row.optionalText(0, 10) == "")
                #expect(row.optionalText(0, 11) == nil && row.optionalInteger(0, 11) == nil)
            }
            let range = try await connection.run(PostgresCommand("SELECT unnest($1)").with(array: times))
            #expect((0..<range.count).map { range.timestamp($0, 0) } == times)
        }
    }

    @Test func serverAndWeMeanTheSameByTheBytes() async throws {
        try await withPostgres { (connection: PostgresConnection) async throws in
            let row = try await connection.run(
                PostgresCommand(
                    "SELECT $1::text, $2::text, $3::text, $4::text, '1999-12-31T23:59:59.9999Z'::timestamptz"
                )
                .with("\0").with(UUIDv7(high: 1, low: 2)).with(Timestamp(milliseconds: -1)).with(array: [1, nil])
            )
            #expect(row.text(0, 0) == "\0")
            #expect(row.text(0, 1) == "00000000-0000-0001-0000-000000000002")
            #expect(row.text(0, 3) == "{1,NULL}")
            #expect(row.timestamp(0, 4) == Timestamp(milliseconds: 946_684_799_999))
        }
    }

    @Test func anErrorHasItsStateAndLeavesTheConnection() async throws {
        try await withPostgres { (connection: PostgresConnection) async throws in
            let division = await #expect(throws: StorageError.self) { try await connection.execute("SELECT 1/0") }
            #expect(division?.sqlState == "22012")
            #expect(division?.code == .rejected)
            let syntax = await #expect(throws: StorageError.self) { try await connection.execute("SELEC 1") }
            #expect(syntax?.sqlState == "42601")
            #expect(syntax?.code == .database)
            #expect(try await connection.execute("SELECT 7").integer(0, 0) == 7)
        }
    }

    @Test func aPipelineIsDoneAsAWholeOrNotAtAll() async throws {
        try await withPostgres { (connection: PostgresConnection) async throws in
            try await connection.execute("CREATE TEMPORARY TABLE numbers (number bigint UNIQUE)")
            let insert = PostgresCommand("INSERT INTO numbers VALUES ($1)")
            let twice = await #expect(throws: StorageError.self) {
                try await connection.run([insert.with(1), insert.with(2), insert.with(1), insert.with(3)])
            }
            #expect(twice?.sqlState == "23505")
            #expect(try await connection.execute("SELECT count(*) FROM numbers").integer(0, 0) == 0)
            let results = try await connection.run([insert.with(1), insert.with(2)])
            #expect(results.map(\.affectedRows) == [1, 1])
            #expect(await connection.isInTransaction == false)
        }
    }

    @Test func statementsThatFailToPrepareArePreparedAgain() async throws {
        try await withPostgres { (connection: PostgresConnection) async throws in
            let select = PostgresCommand("SELECT count(*) FROM made_later")
            await #expect(throws: StorageError.self) { try await connection.run(select) }
            try await connection.execute("CREATE TEMPORARY TABLE made_later (a bigint)")
            #expect(try await connection.run(select).integer(0, 0) == 0)
        }
    }

    @Test func moreStatementsThanTheCacheHolds() async throws {
        try await withPostgres { (connection: PostgresConnection) async throws in
            for round in 0..<2 {
                for number in 0..<StatementCache.limit + 10 {
                    let result = try await connection.run(PostgresCommand("SELECT \(number) + $1").with(round))
                    #expect(result.integer(0, 0) == Int64(number + round))
                }
            }
            let held = try await connection.execute("SELECT count(*) FROM pg_prepared_statements").integer(0, 0)
            #expect(held == Int64(StatementCache.limit))
        }
    }

    @Test func tenThousandRowsGoInAndComeBack() async throws {
        try await withPostgres { (connection: PostgresConnection) async throws in
            try await connection.execute("CREATE TEMPORARY TABLE copied (number bigint, name text)")
            let sql = "COPY copied FROM STDIN (FORMAT binary)"
            #expect(try await connection.copyIn(sql, Numbers(count: 10_000)) == 10_000)
            let sum = try await connection.execute("SELECT sum(number)::bigint, sum(length(name)) FROM copied")
            #expect(sum.integer(0, 0) == 49_995_000)
            #expect(sum.integer(0, 1) == 10_000 * 1000)
            let rows = Lock(0)
            try await connection.copyOut("COPY copied TO STDOUT") { row in
                rows.withLock { $0 += row.last == UInt8(ascii: "\n") ? 1 : 0 }
            }
            #expect(rows.withLock { $0 } == 10_000)
        }
    }

    @Test func aCopyThatTheTableRefusesIsAnError() async throws {
        try await withPostgres { (connection: PostgresConnection) async throws in
            try await connection.execute("CREATE TEMPORARY TABLE copied (number bigint CHECK (number < 50), name text)")
            let sql = "COPY copied FROM STDIN (FORMAT binary)"
            let refused = await #expect(throws: StorageError.self) {
                try await connection.copyIn(sql, Numbers(count: 2000))
            }
            #expect(refused?.sqlState == "23514")
            await #expect(throws: StorageError.self) { try await connection.copyOut("COPY nothing TO STDOUT") { _ in } }
            await #expect(throws: StorageError.self) {
                try await connection.copyIn("COPY nothing FROM STDIN", Numbers(count: 1))
            }
            #expect(try await connection.execute("SELECT count(*) FROM copied").integer(0, 0) == 0)
        }
    }

    @Test func notificationsAreDelivered() async throws {
        let heard = Watched<[PostgresNotification]>([])
        try await withPostgres(notified: { notification in heard.update { $0.append(notification) } }) {
            (listener: PostgresConnection) async throws in
            try await listener.execute("LISTEN \"wake up\"")
            try await withPostgres { (speaker: PostgresConnection) async throws in
                _ = try await speaker.run(PostgresCommand("SELECT pg_notify($1, $2)").with("wake up").with("é"))
                let expected = PostgresNotification(
                    channel: "wake up",
                    payload: "é",
                    processID: Int32(try await speaker.processID)
                )
                #expect(await heard.wait { !$0.isEmpty } == [expected])
            }
        }
    }

    @Test func remarksGoIntoTheLog() async throws {
        let log = RecordedLog()
        try await withPostgres(logger: log.logger) { (connection: PostgresConnection) async throws in
            try await connection.execute("DO $$ BEGIN RAISE NOTICE 'listen to this'; END $$")
            await log.wait(for: "info: listen to this")
            try await connection.execute("ROLLBACK")
            await log.wait(for: "warning: there is no transaction in progress")
        }
    }
}

/// Rows of a number and a text of a thousand bytes.
private struct Numbers: CopySource {
    let count: Int
    var next = 0

    init(count: Int) { self.count = count }

    mutating func next(into bytes: inout [UInt8]) -> Bool {
        guard next <= count else { return false }
        if next == 0 {
            bytes += [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0] + [UInt8](repeating: 0, count: 8)
        }
        while next < count, bytes.count < copyPieceBytes {
            bytes.appendBigEndian(Int16(2))
            bytes.appendField(next)
            bytes.appendField(String(repeating: "x", count: 1000))
            next += 1
        }
        if next == count {
            bytes.appendBigEndian(Int16(-1))
            next += 1
        }
        return true
    }
}
