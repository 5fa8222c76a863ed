internal import Bus

/// Where the batch writer puts records: a store.
protocol RecordSink: Sendable {
    /// Records that one transaction takes at most. The more, the more uses of a tool are one change of its score; but
    /// whoever waits for the store waits for the whole of it.
    var mostRecords: Int { get }

    /// Stores a batch with everything that follows from it and its mark in one transaction, which skips what lies at
    /// or before the mark already. Throws `rejected` if one of the records can't be stored, as often as it is tried;
    /// any other error means that it may work later.
    func write(_ batch: RecordBatch, at time: Timestamp) async throws(StorageError)

    /// The batch that comes next, while another one is written: what can be done for it ahead. It may come changed, or
    /// never.
    func stage(_ next: RecordBatch) async

    /// The last position of a journal that the store holds, `start` if none.
    func mark(ofJournal id: String) async throws(StorageError) -> JournalPosition
}

/// A store with its two sides: what the rooms above ask, and where the batch writer puts records.
protocol StoreBackend: Store, RelationalStore {
    /// Lives on the store's loop, like the batch writer.
    var sink: any RecordSink { get }

    /// True for a store in another process, which may be away when the server starts: it isn't waited for. A file that
    /// can't be read now won't be readable later, and its error ends the start.
    var mayBeAway: Bool { get }

    /// `embedded` or `postgresql`.
    var kind: String { get }

    /// Long tasks and how far they are.
    var jobs: any JobStore { get }

    /// The way past the journal for what comes from another database.
    var imports: any ImportStore { get }

    /// What several servers learn from each other; nil for a store that has one.
    var sharedScores: (any SharedScoreStore)? { get }

    /// Its connections to a database, from any thread; empty for a file.
    var pools: [PoolFigures] { get }

    /// What servers that share the store settle; nil if none can.
    var sharedInboxes: (any SharedInboxStore)? { get }

    /// Closes its connections; no call may follow.
    func close() async throws(StorageError)
}

/// What records do to scores. The rules belong to the rooms above; the store only composes and applies.
package struct ScoreLearning: Sendable {
    /// The change for every keyword of an action.
    package var action: @Sendable (ActionRecord) -> ScoreChange
    /// The change for every keyword of a verdict; it never makes a row.
    package var feedback: @Sendable (FeedbackRecord) -> ScoreChange

    package init(
        action: @escaping @Sendable (ActionRecord) -> ScoreChange,
        feedback: @escaping @Sendable (FeedbackRecord) -> ScoreChange
    ) {
        self.action = action
        self.feedback = feedback
    }
}
