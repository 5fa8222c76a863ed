internal import GRDB

/// The journal's file seen by its committing connection: rows, positions and their deletion.
///
/// The newest row is never deleted, also when the store holds it: it carries the position over a restart, so that a
/// position never comes twice.
struct JournalFile {
    /// What this program writes, and the newest that it opens.
    static let version = 1
    /// Rows that one commit deletes at most: some 0.5 ms of work.
    static let slice: Int64 = 2048

    /// Bytes of rows and of all pages.
    struct Size: Equatable, Sendable {
        var used: Int64 = 0
        var file: Int64 = 0
    }

    /// A file is made smaller when so many bytes of it are free and hardly any are used: then little is to be copied.
    private static let worthCompacting: Int64 = 16 << 20
    private static let mostToCopy: Int64 = 4 << 20

    /// Names this journal in the store's marks; a new file is a new journal.
    let id: String
    private(set) var last: JournalPosition
    private(set) var size = Size()
    private var first: Int64
    /// The position before the first row.
    var start: JournalPosition { JournalPosition(first - 1) }
    private let connection: SQLiteConnection

    init(path: String, limits: JournalLimits) throws(StorageError) {
        // Nobody but this process has business in the file, so nobody is waited for long. No automatic check-points:
        // they would make the one commit that hits the limit some milliseconds longer.
        connection = try SQLiteConnection(path: path, name: "the journal", access: .writing, busySeconds: 0.1)
        let state = try connection.transaction { db in
            try JournalFile.createTables(db)
            let pageSize = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
            _ = try Int64.fetchOne(db, sql: "PRAGMA max_page_count = \(limits.file / pageSize)")
            let id = try String.fetchOne(db, sql: "SELECT id FROM journal") ?? ""
            let first = try Int64.fetchOne(db, sql: "SELECT min(position) FROM records")
            let last = try Int64.fetchOne(db, sql: "SELECT max(position) FROM records")
            return (id: id, first: first ?? 1, last: last ?? 0)
        }
        id = state.id
        first = state.first
        last = JournalPosition(state.last)
        size = try connection.access { try JournalFile.size($0) }
    }

    private static func createTables(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS journal (
                    only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, version INTEGER NOT NULL
                ) STRICT
                """
        )
        if let found = try Int.fetchOne(db, sql: "SELECT version FROM journal") {
            guard found <= version else {
                throw StorageError(
                    .newerSchema,
                    "the journal has version \(found), this program knows versions up to \(version): use a newer dcm"
                )
            }
            return
        }
        try db.execute(sql: "CREATE TABLE records (position INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
        let id = UUIDGenerator().next().description
        try db.execute(sql: "INSERT INTO journal VALUES (1, ?, ?)", arguments: [id, version])
    }

    /// Appends the bodies behind the last position and deletes up to a slice of rows that the store holds, in one
    /// durable transaction. After an error the file is as before.
    mutating func commit(_ bodies: [[UInt8]], trimmingThrough held: JournalPosition) throws(StorageError) {
        let newLast = last.value + Int64(bodies.count)
        let trimmed = lastTrimmed(appending: bodies.count, heldThrough: held)
        let (start, first) = (last.value, first)
        size = try connection.transaction { db in
            // First, so that the new rows find the pages of the old ones.
            if trimmed >= first {
                let delete = try SQLiteStatement(db, "DELETE FROM records WHERE position <= ?")
                delete.bind(trimmed, at: 1)
                try delete.run()
            }
            let insert = try SQLiteStatement(db, "INSERT INTO records (position, body) VALUES (?, ?)")
            for (index, body) in bodies.enumerated() {
                insert.bind(start + 1 + Int64(index), at: 1)
                insert.bind(body, at: 2)
                try insert.run()
            }
            return try JournalFile.size(db)
        }
        last = JournalPosition(newLast)
        if trimmed >= first { self.first = trimmed + 1 }
    }

    /// The last row that `commit` deletes when it appends `count` rows; below the first one if none.
    func lastTrimmed(appending count: Int, heldThrough held: JournalPosition) -> Int64 {
        min(held.value, first + JournalFile.slice - 1, last.value + Int64(count) - 1)
    }

    /// Rows that `commit` could delete.
    func excess(heldThrough held: JournalPosition) -> Int64 {
        max(0, min(held.value, last.value - 1) - first + 1)
    }

    /// Moves the positions on, for a file that is older than the store's mark (restored from a copy): the rows behind
    /// `start` follow `position` afterwards.
    mutating func skip(from start: JournalPosition, to position: JournalPosition) throws(StorageError) {
        let distance = position.value - start.value
        guard distance > 0 else { return }
        try connection.transaction { db in
            // By way of negative positions: each row would else meet the one that it is to replace.
            let lift = try SQLiteStatement(db, "UPDATE records SET position = -(position + ?) WHERE position > ?")
            lift.bind(distance, at: 1)
            lift.bind(start.value, at: 2)
            try lift.run()
            try SQLiteStatement(db, "UPDATE records SET position = -position WHERE position < 0").run()
        }
        last = JournalPosition(last.value + distance)
    }

    /// Starts the write-ahead log anew. The other connection has copied nearly all of it, so this is short.
    func restartLog() throws(StorageError) {
        try connection.access { _ = try $0.checkpoint(.restart) }
    }

    /// True when the store was away for long and has caught up.
    var isWorthCompacting: Bool {
        size.file - size.used >= JournalFile.worthCompacting && size.used <= JournalFile.mostToCopy
    }

    /// Gives free pages back to the file system.
    mutating func compact() throws(StorageError) {
        size = try connection.access { db in
            try db.execute(sql: "VACUUM")
            // The file is cut when the log is copied into it; what a reader holds back is done by a later check-point.
            _ = try db.checkpoint(.passive)
            return try JournalFile.size(db)
        }
    }

    /// Copies the whole log into the file and closes it.
    func close() throws(StorageError) {
        try connection.access { _ = try $0.checkpoint(.truncate) }
        try connection.close()
    }

    private static func size(_ db: Database) throws -> Size {
        func pragma(_ sql: String) throws -> Int64 {
            let statement = try SQLiteStatement(db, sql)
            defer { statement.reset() }
            return try statement.step() ? statement.integer(0) : 0
        }
        let (pages, pageSize) = try (pragma("PRAGMA page_count"), pragma("PRAGMA page_size"))
        return Size(used: try (pages - pragma("PRAGMA freelist_count")) * pageSize, file: pages * pageSize)
    }
}
