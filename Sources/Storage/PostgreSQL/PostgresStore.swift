internal import Bus

/// The store in a PostgreSQL database. Nothing connects before it is needed; the first batch, or the first question for
/// a mark, creates what is missing.
final class PostgresStore: StoreBackend, SharedScoreStore {
    private let writer: PostgresWriter
    private let importer: PostgresImporter
    let reader: PostgresReader
    let inboxes: PostgresInboxes
    let listener: PostgresListener

    /// - Parameters:
    ///   - writing: The loop of the writer; the batch writer lives on it too.
    ///   - reading: The loop of reads.
    ///   - presence: Which agents are offered their items here.
    ///   - patience: How many times the usual a read waits.
    init(
        _ options: PostgresOptions,
        writing: EventLoop,
        reading: EventLoop,
        learning: ScoreLearning,
        presence: InboxPresence = .none,
        patience: UInt64 = 1
    ) {
        writer = PostgresWriter(options, loop: writing, learning: learning, presence: presence)
        reader = PostgresReader(options, patience: patience, on: reading)
        listener = PostgresListener(options, on: reading)
        inboxes = PostgresInboxes(options, patience: patience, listener: listener, on: reading)
        importer = PostgresImporter(options, writer: writer, on: writing)
    }

    var sink: any RecordSink { writer }
    var mayBeAway: Bool { true }
    var kind: String { StoreLocation.postgresKind }
    var sharedScores: (any SharedScoreStore)? { self }
    var pools: [PoolFigures] {
        [writer.figures] + reader.figures + [inboxes.figures, listener.figures, importer.figures]
    }
    var jobs: any JobStore { PostgresJobs(importer: importer) }
    var imports: any ImportStore { PostgresImports(importer: importer) }
    var sharedInboxes: (any SharedInboxStore)? { inboxes }

    var dialect: SQLDialect { .postgres }

    func rows<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row] { try await reader.rows(query) }

    func change<Row>(_ change: StoreChange<Row>) async throws(StorageError) -> [Row] {
        try await reader.change(change)
    }

    func actions(matching filter: ActionFilter) async throws(StorageError) -> [ActionSummary] {
        try await reader.actions(matching: filter)
    }

    func hourlyActions(since start: Timestamp) async throws(StorageError) -> [HourlyCount] {
        try await reader.hourlyActions(since: start)
    }

    func deleteAction(_ id: UUIDv7) async throws(StorageError) -> Bool {
        try await reader.deleteAction(id)
    }

    func deleteActions(ofSession sessionID: String) async throws(StorageError) -> Int {
        try await reader.deleteActions(ofSession: sessionID)
    }

    func loadScores(
        ofJournal id: String,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> ScoreMoment {
        try await reader.loadScores(ofJournal: id, batch)
    }

    func changedScores(
        after revision: Int64,
        ofJournal id: String,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)], ScoreMoment) -> Void
    ) async throws(StorageError) -> ScoreMoment? {
        try await reader.changedScores(after: revision, ofJournal: id, batch)
    }

    func watchScores(ofJournal id: String, _ changed: @escaping @Sendable () -> Void) async {
        await listener.listen(to: PostgresStatements.scoreChannel) { call in
            if call != .notified(payload: id) { changed() }
        }
    }

    func answer(forKey key: String) async throws(StorageError) -> IdempotencyRecord? {
        try await reader.answer(forKey: key)
    }

    func counts() async throws(StorageError) -> StoreCounts {
        try await reader.counts()
    }

    func activity(now: Timestamp) async throws(StorageError) -> ActivityFigures {
        try await reader.activity(now: now)
    }

    func probe() async throws(StorageError) -> Double {
        try await reader.probe()
    }

    /// Closes all connections; no call may follow. The loops belong to the caller.
    func close() async {
        await listener.close()
        await reader.close()
        await inboxes.close()
        await importer.close()
        await writer.close()
    }
}
