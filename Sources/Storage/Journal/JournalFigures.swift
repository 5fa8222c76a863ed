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
    /// Why the last commit failed; nil since one succeeded.
    package var failure: StorageError?
    /// The last position, 0 if there was never a record.
    package var last = JournalPosition.start

    package init() {}
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
}
