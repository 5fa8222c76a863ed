internal import GRDB
internal import GRDBSQLite

/// One connection to one file, used by one actor; its calls block the thread.
///
/// GRDB offers `async` calls too, but those would leave the actor's thread for a queue of its own.
struct SQLiteConnection: Sendable {
    private let queue: DatabaseQueue
    /// For messages: `the journal` or `the store`.
    private let name: String

    enum Access {
        case writing
        case reading
    }

    /// Opens or creates a file in WAL mode.
    ///
    /// - Parameters:
    ///   - name: What the file is, for messages.
    ///   - checkpointPages: Pages in the WAL after which a commit moves them into the file; 0 for never.
    ///   - cacheKibibytes: Pages kept in memory. Less than the inner pages of all indexes makes each insert read some.
    ///   - busySeconds: How long to wait for another process that holds the file.
    init(
        path: String,
        name: String,
        access: Access,
        checkpointPages: Int = 0,
        cacheKibibytes: Int = 2048,
        busySeconds: Double = 5
    ) throws(StorageError) {
        self.name = name
        var configuration = Configuration()
        configuration.readonly = access == .reading
        configuration.label = "dcm \(name)"
        configuration.busyMode = .timeout(busySeconds)
        // GRDB would set WAL itself and with it `synchronous=NORMAL`, which loses commits at a power failure.
        configuration.journalMode = .default
        configuration.prepareDatabase { SQLiteRelations.addFunctions(to: $0) }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { db in
                try db.execute(sql: "PRAGMA cache_size = -\(cacheKibibytes)")
                guard access == .writing else { return }
                let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
                guard mode == "wal" else {
                    throw DatabaseError(resultCode: .SQLITE_CANTOPEN, message: "no write-ahead log possible here")
                }
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA wal_autocheckpoint = \(checkpointPages)")
            }
        } catch {
            throw StorageError.from(error, doing: "can't open \(name) in \(path)")
        }
    }

    /// Runs statements outside of a transaction.
    func access<Result>(_ body: (Database) throws -> Result) throws(StorageError) -> Result {
        do {
            return try queue.inDatabase { db in
                do { return try body(db) } catch { throw described(error, db) }
            }
        } catch {
            throw StorageError.from(error, doing: name)
        }
    }

    /// Runs `body` in one transaction: all of it is durable afterwards, or none of it happened.
    func transaction<Result>(_ body: (Database) throws -> Result) throws(StorageError) -> Result {
        try transaction(.immediate, body)
    }

    private func transaction<Result>(
        _ kind: Database.TransactionKind,
        _ body: (Database) throws -> Result
    ) throws(StorageError) -> Result {
        try access { db in
            var result: Result?
            do {
                try db.inTransaction(kind) {
                    result = try body(db)
                    return .commit
                }
            } catch {
                throw described(error, db)
            }
            guard let result else { throw StorageError(.database, "\(name): a transaction had no result") }
            return result
        }
    }

    /// Runs reads that all see the file as it is at the first of them.
    func snapshot<Result>(_ body: (Database) throws -> Result) throws(StorageError) -> Result {
        try transaction(.deferred, body)
    }

    /// Closes the file; no call may follow.
    func close() throws(StorageError) {
        do { try queue.close() } catch { throw StorageError.from(error, doing: "can't close \(name)") }
    }

    /// Adds what only the connection knows: the error of the operating system.
    private func described(_ error: any Error, _ db: Database) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return StorageError(error, systemError: unsafe sqlite3_system_errno(db.sqliteConnection), doing: name)
    }
}

extension StorageError {
    fileprivate static func from(_ error: any Error, doing what: String) -> StorageError {
        switch error {
        case let error as StorageError: error
        case let error as DatabaseError: StorageError(error, doing: what)
        default: StorageError(.database, "\(what): \(error)")
        }
    }
}
