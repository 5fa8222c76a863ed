package import Bus

/// What `/health`, `/stats` and `/metrics` say about the way from the journal into the store.
package struct WriterFigures: Equatable, Sendable {
    /// The store holds everything up to here.
    package var mark = JournalPosition.start
    /// Records in the journal that the store doesn't hold yet.
    package var backlog = 0
    /// When the oldest of them was made, as far as the writer has seen it; nil without a backlog.
    package var oldest: Timestamp?
    /// Records that the store took since the start.
    package var records: UInt64 = 0
    /// Transactions that took them.
    package var batches: UInt64 = 0
    /// Records that the store refuses; they are in `rejected_records`.
    package var rejected: UInt64 = 0
    /// Records that were read back from the journal because too many waited for the store.
    package var unkept: UInt64 = 0
    /// Reads that were refused because too many waited for the store.
    package var refusedReaders: UInt64 = 0
    /// Attempts that failed.
    package var failures: UInt64 = 0
    /// Why the last attempt failed; nil since one succeeded.
    package var lastError: StorageError?

    package init() {}

    /// How far the store is behind what was accepted: what a stale read doesn't show.
    package var lag: StoreLag { StoreLag(records: backlog, oldest: oldest) }
}

/// How far the store is behind the journal.
package struct StoreLag: Equatable, Sendable {
    /// Records that it doesn't hold yet.
    package var records: Int
    /// When the oldest of them was made, as far as that is known.
    package var oldest: Timestamp?

    package init(records: Int, oldest: Timestamp?) {
        self.records = records
        self.oldest = oldest
    }
}
