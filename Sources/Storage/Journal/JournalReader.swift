internal import GRDB

/// What the writer takes from the journal at once.
struct JournalSlice: Equatable, Sendable {
    var entries: [JournalEntry] = []
    /// Bodies that can't be read: they are kept in the store as they are.
    var damaged: [RejectedRecord] = []
    /// The last position in the slice; nil if it is empty.
    var through: JournalPosition?

    /// The slice as what goes into a store in one transaction; nil if it is empty.
    func batch(ofJournal id: String) -> RecordBatch? {
        through.map { RecordBatch(journalID: id, entries: entries, rejected: damaged, through: $0) }
    }
}

/// Reads the journal beside its writing thread, on a connection of its own: in WAL mode neither waits for the other.
/// The same connection moves the log into the file, so that commits don't have to.
struct JournalReader: Sendable {
    private let connection: SQLiteConnection
    /// Bytes that one read takes at most, beyond its first record: large inputs make smaller batches.
    static let sliceBytes = 16 << 20

    init(path: String) throws(StorageError) {
        connection = try SQLiteConnection(path: path, name: "the journal", access: .writing)
    }

    /// The records behind `position`, oldest first.
    func read(after position: JournalPosition, limit: Int) throws(StorageError) -> JournalSlice {
        try connection.access { db in
            let select = try SQLiteStatement(
                db,
                "SELECT position, body FROM records WHERE position > ? ORDER BY position LIMIT ?"
            )
            select.bind(position.value, at: 1)
            select.bind(Int64(limit), at: 2)
            defer { select.reset() }
            var slice = JournalSlice()
            var bytes = 0
            while bytes < JournalReader.sliceBytes, try select.step() {
                let position = JournalPosition(select.integer(0))
                select.withBytes(1) { body in
                    bytes += body.count
                    do throws(StorageError) {
                        let record = try RecordCoder.decode(body)
                        slice.entries.append(JournalEntry(position: position, record: record))
                    } catch {
                        let body = unsafe body.withUnsafeBufferPointer { unsafe Array($0) }
                        slice.damaged.append(RejectedRecord(position: position, reason: error.message, body: body))
                    }
                }
                slice.through = position
            }
            return slice
        }
    }

    /// Copies the log into the file as far as that goes without waiting for anybody. Returns the bytes of the log.
    func checkpoint() throws(StorageError) -> Int64 {
        try connection.access { db in
            let checkpoint = try SQLiteStatement(db, "PRAGMA wal_checkpoint(PASSIVE)")
            defer { checkpoint.reset() }
            guard try checkpoint.step() else { return 0 }
            let pages = checkpoint.integer(1)
            return max(0, pages) * JournalReader.pageSize
        }
    }

    /// SQLite's default, which the journal keeps.
    private static let pageSize: Int64 = 4096

    func close() throws(StorageError) {
        try connection.close()
    }
}
