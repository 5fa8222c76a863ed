package import Storage

/// What other servers that share the store have learnt.
package protocol SharedScores: RecordHistory {
    /// The scores that they changed behind a revision, in batches, as they are at one later moment; returns that moment,
    /// or nil if everything has to be loaded.
    func changedScores(
        after revision: Int64,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)], ScoreMoment) -> Void
    ) async throws(StorageError) -> ScoreMoment?

    /// Calls `changed` from now on whenever they may have changed some.
    func watchScores(_ changed: @escaping @Sendable () -> Void) async
}

extension DurableStore: SharedScores {}
