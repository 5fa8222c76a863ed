package import Bus

/// Reads and deletions of tool calls. Appending goes through the journal.
package protocol ActionStore: Sendable {
    /// Newest first.
    func actions(matching filter: ActionFilter) async throws(StorageError) -> [ActionSummary]
    /// Hours since `start` that have actions, oldest first.
    func hourlyActions(since start: Timestamp) async throws(StorageError) -> [HourlyCount]
    /// False if there was none.
    func deleteAction(_ id: UUIDv7) async throws(StorageError) -> Bool
    /// How many were deleted.
    func deleteActions(ofSession sessionID: String) async throws(StorageError) -> Int
}

/// What was learnt, for the start; changes go through the journal.
package protocol ScoreStore: Sendable {
    /// Every row of one moment, in batches, so that a large table doesn't have to fit twice into memory. `batch` runs on
    /// the store's thread.
    ///
    func loadScores(
        ofJournal id: String,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> ScoreMoment
}

/// Answers of requests that may be repeated.
package protocol IdempotencyStore: Sendable {
    /// The answer to an earlier request with this key.
    func answer(forKey key: String) async throws(StorageError) -> IdempotencyRecord?
}

/// Figures for `/stats` and the `metrics` channel.
package protocol FigureStore: Sendable {
    func counts() async throws(StorageError) -> StoreCounts
    func activity(now: Timestamp) async throws(StorageError) -> ActivityFigures
    /// How long a trivial read takes, in milliseconds; throws when the store doesn't answer.
    func probe() async throws(StorageError) -> Double
}

/// What a store offers to the rooms above.
package typealias Store = ActionStore & ScoreStore & IdempotencyStore & FigureStore & WorkStore & MessageStore
    & InboxStore & ExchangeStore
