import Bus
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Storage

struct OldDatabaseTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var path: String { "\(folder.path)/old.db" }

    /// Makes a database with these statements, in WAL mode as ours are.
    private func make(_ statements: [String]) throws {
        let connection = try SQLiteConnection(path: path, name: "old", access: .writing)
        for sql in statements { try connection.execute(sql) }
        try connection.close()
    }

    private func with(_ path: String, _ body: (OldDatabase) async throws -> Void) async throws {
        try await withLoop { loop in
            let old = try OldDatabase(path: path, on: loop)
            try await body(old)
            try await old.close()
        }
    }

    private let table = [
        "CREATE TABLE tool_usage (id INTEGER PRIMARY KEY, \"a \"\"b\"\"\" TEXT, n)",
        "INSERT INTO tool_usage VALUES (3, CAST(x'6100ff' AS TEXT), 1), (5, NULL, 1.5), (-2, '', x'00')",
        "CREATE TABLE plain (x)", "INSERT INTO plain VALUES (1)",
    ]

    @Test func rowsAreReadAsTheyAreStored() async throws {
        try make(table)
        try await with(path) { (old: OldDatabase) async throws in
            #expect(try await old.damage().isEmpty)
            #expect(try await old.tables() == ["plain", "tool_usage"])
            let columns = try await old.columns(of: "tool_usage")
            #expect(columns.map(\.name) == ["id", "a \"b\"", "n"] && columns.map(\.isRowID) == [true, false, false])
            #expect(try await old.columns(of: "absent").isEmpty)
            #expect(try await old.count(of: "tool_usage") == 3)
            let names = ["a \"b\"", "n"]
            let rows = try await old.rows(of: "tool_usage", columns: names, after: .min, limit: 9)
            #expect(
                rows == [
                    OldRow(rowID: -2, values: [.text([]), .blob([0])]),
                    OldRow(rowID: 3, values: [.text([0x61, 0, 0xFF]), .integer(1)]),
                    OldRow(rowID: 5, values: [.null, .real(1.5)]),
                ]
            )
            #expect(try await old.rows(of: "tool_usage", columns: names, after: -2, limit: 1) == [rows[1]])
            #expect(try await old.rows(of: "tool_usage", columns: names, after: .min, limit: 9, bytes: 1).count == 1)
            #expect(try await old.row(of: "tool_usage", columns: names, rowID: 5) == rows[2])
            #expect(try await old.row(of: "tool_usage", columns: names, rowID: 4) == nil)
        }
    }

    @Test func nothingIsWrittenToIt() async throws {
        try make(table)
        try await with(path) { (old: OldDatabase) async throws in
            await #expect(throws: StorageError.self) {
                try await old.rows(of: "absent", columns: [], after: 0, limit: 1)
            }
        }
        #expect(throws: StorageError.self) {
            try SQLiteReport.open(path).execute("DELETE FROM tool_usage")
        }
    }

    @Test(arguments: ["backup", "copy"])
    func aPictureHasEverythingThatWasCommitted(method: String) async throws {
        try make(table)
        // A second connection stays open, so that the log of a WAL database is not written back.
        let writer = try SQLiteConnection(path: path, name: "old", access: .writing)
        if method == "copy" { try writer.execute("PRAGMA journal_mode = DELETE") }
        try writer.execute("INSERT INTO tool_usage VALUES (9, 'late', 2)")
        let copy = "\(folder.path)/copy.db"
        let outcome = try DatabasePicture.take(path, to: copy)
        #expect(outcome.method == method)
        #expect(outcome.bytes > 0 && (method == "copy" || outcome.lockMilliseconds == 0))
        #expect(outcome.refusedWrites == 0)
        try writer.execute("INSERT INTO tool_usage VALUES (10, 'later', 2)")
        try await with(copy) { (old: OldDatabase) async throws in
            #expect(try await old.damage().isEmpty)
            #expect(try await old.count(of: "tool_usage") == 4)
        }
        try writer.close()
    }

    @Test func writesThatTheLockRefusesAreSeen() throws {
        try make(table)
        let writer = try SQLiteConnection(path: path, name: "old", access: .writing)
        for sql in ["journal_mode = DELETE", "busy_timeout = 0"] { try writer.execute("PRAGMA \(sql)") }
        let link = "\(folder.path)/link.db"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        let refused = RefusedWrites(of: link)
        try writer.execute("INSERT INTO plain VALUES (2)")
        let reader = try SQLiteReport.open(path)
        try reader.snapshot { db in
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM plain")
            // That one was committed.
            #expect(refused.next() == 1)
            for _ in 0..<2 {
                #expect(throws: StorageError.self) { try writer.execute("INSERT INTO plain VALUES (3)") }
            }
            #expect(refused.next() == 2)
        }
        try reader.close()
        #expect(refused.next() == 0)
        try writer.close()
        #expect(RefusedWrites(of: "\(folder.path)/absent/x.db").next() == 0)
    }

    @Test(.timeLimit(.minutes(5))) func aCopyWaitsForTheOneThatIsBeingMade() async throws {
        try make(table)
        let copy = "\(folder.path)/pictures/copy.db"
        try FileManager.default.createDirectory(atPath: "\(folder.path)/pictures", withIntermediateDirectories: false)
        // A server that another test starts at this moment must not hold the lock as well.
        let other = unsafe open("\(folder.path)/pictures", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        #expect(flock(other, LOCK_EX) == 0)
        async let outcome = onOwnThread { try DatabasePicture.take(path, to: copy) }
        var status = stat()
        #expect(unsafe fstat(other, &status) == 0)
        // Who waits for a lock is in this list behind an arrow.
        while try !String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n")
            .contains(where: { $0.contains("-> FLOCK") && $0.contains(":\(status.st_ino) ") })
        { await Task.yield() }
        #expect(!FileManager.default.fileExists(atPath: copy))
        close(other)
        #expect(try await outcome.bytes > 0)
        #expect(FileManager.default.fileExists(atPath: copy))
    }

    /// The old hook was killed in the middle of a write: its journal has to be undone, which changes the file.
    @Test func aDatabaseWhoseWriterWasKilledIsLeftAsItIs() throws {
        try make(table)
        let writer = try SQLiteConnection(path: path, name: "old", access: .writing)
        try writer.execute("PRAGMA journal_mode = DELETE")
        let killed = "\(folder.path)/killed.db"
        try writer.transaction { db in
            try db.execute(sql: "PRAGMA cache_spill = ON; PRAGMA cache_size = 1")
            try db.execute(
                sql: """
                    INSERT INTO plain WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)
                    SELECT x FROM n
                    """
            )
            for suffix in ["", "-journal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: killed + suffix)
            }
        }
        try writer.close()
        let error = #expect(throws: StorageError.self) {
            try DatabasePicture.take(killed, to: "\(folder.path)/copy.db")
        }
        #expect(error?.message.contains("a write to it was interrupted") == true, "\(error?.message ?? "")")
        #expect(FileManager.default.fileExists(atPath: "\(killed)-journal"))
    }

    @Test func whatIsNoDatabaseIsRefused() throws {
        #expect(throws: StorageError.self) { try DatabasePicture.take(path, to: "\(folder.path)/copy.db") }
        try Data("hello, this is not a database".utf8).write(to: URL(filePath: path))
        let error = #expect(throws: StorageError.self) { try DatabasePicture.take(path, to: "\(folder.path)/copy.db") }
        #expect(error?.code == .corrupt)
    }
}
