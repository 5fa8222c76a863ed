/// What `/health`, `/stats` and `/metrics` say about the journal.
package struct JournalFigures: Equatable, Sendable {
    /// Records committed since the start.
    package var records: UInt64 = 0
    /// Transactions that committed them.
    package var commits: UInt64 = 0
    /// Bytes of these records.
    package var bytes: UInt64 = 0
    /// The most records that shared a commit.
    package var largestBatch = 0
    /// Appends that were refused or failed.
    package var refused: UInt64 = 0
    /// Records that wait for their commit.
    package var waiting = 0
    /// Bytes in use in the file, with what the store holds already but nothing has deleted yet.
    package var size: Int64 = 0
    /// Bytes of the file; what is not in use is given back when the store has caught up.
    package var fileSize: Int64 = 0
    /// Records committed per second, over the last ten seconds.
    package var rate = 0.0
    /// How often the file was made smaller.
    package var compactions: UInt64 = 0
    /// Why the last commit failed; nil since one succeeded.
    package var failure: StorageError?
    /// The last position, 0 if there was never a record.
    package var last = JournalPosition.start

    package init() {}

    mutating func note(_ size: JournalFile.Size) {
        self.size = size.used
        fileSize = size.file
    }
}

/// Where the journal says no.
package struct JournalLimits: Equatable, Sendable {
    /// Records that may wait for a commit.
    package var waiting = 16_384
    /// Bytes that the file may use; beyond it appends are refused until the store catches up.
    package var size: Int64 = 1 << 30
    /// Bytes that the file may have whatever happens; SQLite enforces it, and to the caller it is a full disk.
    package var file: Int64 = 4 << 30
    /// Bytes of the write-ahead log after which it is started anew from the committing connection. A log that is
    /// overwritten costs a third of one that grows, whose size the file system has to record with each commit.
    package var log: Int64 = 8 << 20

    package init() {}

    /// Limits for a journal of `bytes`; the file may be larger by what the store holds and nothing has deleted yet.
    package init(bytes: Int64) {
        size = bytes
        file = 4 * bytes
    }
}
