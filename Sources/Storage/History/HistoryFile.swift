internal import Bus
internal import GRDB

/// The events of channels with a history, the retained values, and who has to acknowledge events, in a file of their
/// own: `history.db`.
///
/// Not the journal, because most events are pushed out by newer ones before anybody could want them, and not the store,
/// because an offset is a matter of one server.
struct HistoryFile {
    /// What this program writes, and the newest that it opens.
    static let version = 2
    /// Kibibytes of pages in memory: the newest events of some busy channels.
    private static let cache = 4096
    /// Pages of the log that are moved into the file together: nobody but durable publishes waits for it.
    private static let checkpointPages = 1000

    let connection: SQLiteConnection

    /// A channel as the file has it.
    struct Channel {
        let id: Int64
        let name: String
        let epoch: String
        let last: Int64
        let floor: Int64
    }

    init(path: String) throws(StorageError) {
        connection = try SQLiteConnection(
            path: path,
            name: "the history",
            access: .writing,
            checkpointPages: HistoryFile.checkpointPages,
            cacheKibibytes: HistoryFile.cache,
            busySeconds: 1
        )
        try connection.transaction { db in try HistoryFile.createTables(db) }
    }

    private static func createTables(_ db: Database) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= version else {
            throw StorageError(
                .newerSchema,
                "the history has version \(found), this program knows versions up to \(version): use a newer dcm"
            )
        }
        guard found < version else { return }
        let first = [
            """
            CREATE TABLE channels (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL, last INTEGER NOT NULL,
                floor INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE events (
                channel INTEGER NOT NULL, number INTEGER NOT NULL, frame BLOB NOT NULL,
                PRIMARY KEY (channel, number)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE TABLE retained (channel TEXT PRIMARY KEY, frame BLOB NOT NULL) STRICT, WITHOUT ROWID",
        ]
        for statement in found == 0 ? first : [] { try db.execute(sql: statement) }
        for statement in [createListeners, "PRAGMA user_version = \(version)"] { try db.execute(sql: statement) }
    }

    // MARK: - Writing

    /// Writes a loop's changes in one durable transaction.
    ///
    /// - Parameter retained: Where the values are that the batch names.
    func write(_ batch: HistoryBatch, _ retained: RetainedValues) throws(StorageError) {
        try connection.transaction { db in
            for name in batch.forgotten { try HistoryFile.forget(name, db) }
            for channel in batch.channels { try HistoryFile.write(channel, db) }
            for channel in batch.retained { try HistoryFile.retain(retained.value(on: channel), on: channel, db) }
        }
    }

    private static func write(_ channel: HistoryBatch.Channel, _ db: Database) throws {
        // A channel that was forgotten and began again has another epoch, and the old events are not of its count.
        let known = try find(channel.name, db)
        if let known, known.epoch != channel.epoch { try forget(channel.name, db) }
        let upsert = try SQLiteStatement(
            db,
            """
            INSERT INTO channels (name, epoch, last, floor) VALUES (?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET last = excluded.last, floor = excluded.floor
            """
        )
        upsert.bind(channel.name, at: 1)
        upsert.bind(channel.epoch, at: 2)
        upsert.bind(channel.last, at: 3)
        upsert.bind(channel.floor, at: 4)
        try upsert.run()
        guard let id = try find(channel.name, db)?.id else { return }
        let delete = try SQLiteStatement(db, "DELETE FROM events WHERE channel = ? AND number < ?")
        delete.bind(id, at: 1)
        delete.bind(channel.first, at: 2)
        try delete.run()
        let insert = try SQLiteStatement(db, "INSERT OR REPLACE INTO events (channel, number, frame) VALUES (?, ?, ?)")
        for event in channel.events {
            guard let position = event.position else { continue }
            insert.bind(id, at: 1)
            insert.bind(position.offset, at: 2)
            insert.bind(event.wire, at: 3)
            try insert.run()
        }
    }

    private static func find(_ name: String, _ db: Database) throws -> (id: Int64, epoch: String)? {
        let select = try SQLiteStatement(db, "SELECT id, epoch FROM channels WHERE name = ?")
        select.bind(name, at: 1)
        defer { select.reset() }
        return try select.step() ? (select.integer(0), select.text(1)) : nil
    }

    private static func forget(_ name: String, _ db: Database) throws {
        guard let id = try find(name, db)?.id else { return }
        for sql in ["DELETE FROM events WHERE channel = ?", "DELETE FROM channels WHERE id = ?"] {
            let delete = try SQLiteStatement(db, sql)
            delete.bind(id, at: 1)
            try delete.run()
        }
    }

    private static func retain(_ message: Message?, on channel: String, _ db: Database) throws {
        guard let message else {
            let delete = try SQLiteStatement(db, "DELETE FROM retained WHERE channel = ?")
            delete.bind(channel, at: 1)
            return try delete.run()
        }
        let insert = try SQLiteStatement(db, "INSERT OR REPLACE INTO retained (channel, frame) VALUES (?, ?)")
        insert.bind(channel, at: 1)
        insert.bind(message.wire, at: 2)
        try insert.run()
    }

    // MARK: - Reading

    /// All channels, those that began last at the end.
    func channels() throws(StorageError) -> [Channel] {
        try connection.access { db in
            let select = try SQLiteStatement(db, "SELECT id, name, epoch, last, floor FROM channels ORDER BY id")
            var channels: [Channel] = []
            while try select.step() {
                channels.append(
                    Channel(
                        id: select.integer(0),
                        name: select.text(1),
                        epoch: select.text(2),
                        last: select.integer(3),
                        floor: select.integer(4)
                    )
                )
            }
            return channels
        }
    }

    /// The events of a channel, oldest first.
    func events(of channel: Channel) throws(StorageError) -> [Message] {
        try connection.access { db in
            let select = try SQLiteStatement(db, "SELECT frame FROM events WHERE channel = ? ORDER BY number")
            select.bind(channel.id, at: 1)
            return try HistoryFile.messages(select)
        }
    }

    /// The retained values.
    func retained() throws(StorageError) -> [Message] {
        try connection.access { db in
            try HistoryFile.messages(SQLiteStatement(db, "SELECT frame FROM retained ORDER BY channel"))
        }
    }

    private static func messages(_ select: SQLiteStatement) throws -> [Message] {
        var messages: [Message] = []
        while try select.step() {
            if let message = Message(wire: select.blob(0)) { messages.append(message) }
        }
        return messages
    }

    func close() throws(StorageError) { try connection.close() }
}
