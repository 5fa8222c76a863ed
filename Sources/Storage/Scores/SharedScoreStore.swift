/// What servers that share a store learn from each other. An embedded store has one server and none of this.
protocol SharedScoreStore: Sendable {
    /// The rows that other journals changed behind a revision, as they are at one later moment, in batches; `batch`
    /// runs on the store's thread.
    ///
    /// - Returns: That moment, with which to ask the next time; nil if the store doesn't know any more what changed
    ///   since then, so that everything has to be loaded.
    func changedScores(
        after revision: Int64,
        ofJournal id: String,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)], ScoreMoment) -> Void
    ) async throws(StorageError) -> ScoreMoment?

    /// Calls `changed` from now on whenever other journals may have changed scores.
    func watchScores(ofJournal id: String, _ changed: @escaping @Sendable () -> Void) async
}
