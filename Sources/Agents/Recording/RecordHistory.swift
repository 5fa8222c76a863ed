package import Storage

/// Everything that was ever recorded, for memories that know it: what the store has made of it, and what is behind that.
package protocol RecordHistory: Sendable {
    /// The scores of one moment, in batches.
    func loadScores(
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> ScoreMoment

    /// The records behind a position, oldest first, in slices, each with the position that it reaches.
    func history(
        after position: JournalPosition,
        _ slice: @escaping @Sendable ([JournalEntry], _ through: JournalPosition) -> Void
    ) async throws(StorageError)
}

extension DurableStore: RecordHistory {}
