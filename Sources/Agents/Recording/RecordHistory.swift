package import Storage

/// Everything that was ever recorded, for memories that know it: what the store has made of it, and what is behind that.
package protocol RecordHistory: Sendable {
    /// The scores of one moment, in batches; returns the last record that they know.
    func loadScores(
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> JournalPosition

    /// The records behind a position, oldest first, in slices.
    func history(
        after position: JournalPosition,
        _ slice: @escaping @Sendable ([JournalEntry]) -> Void
    ) async throws(StorageError)
}

extension DurableStore: RecordHistory {}
