internal import Bus

/// The embedded store: one file, a writing actor and a reading actor, each with its connection and its thread.
final class SQLiteStore: StoreBackend {
    let writer: SQLiteWriter
    let reader: SQLiteReader

    /// Opens or creates the file and its tables.
    ///
    /// - Parameters:
    ///   - writing: The loop of the writer; the batch writer lives on it too.
    ///   - reading: The loop of reads.
    init(path: String, writing: EventLoop, reading: EventLoop, learning: ScoreLearning) throws(StorageError) {
        let connection = try SQLiteConnection(
            path: path,
            name: "the store",
            access: .writing,
            checkpointPages: 4000,
            cacheKibibytes: 32 << 10,
            // Who holds the file is waited for by the writer's back-off, during which readers get their answers.
            busySeconds: 0.1
        )
        try SQLiteSchema.apply(to: connection)
        writer = SQLiteWriter(loop: writing, connection: connection, learning: learning)
        reader = SQLiteReader(
            loop: reading,
            connection: try SQLiteConnection(path: path, name: "the store", access: .reading)
        )
    }

    var sink: any RecordSink { writer }
    var mayBeAway: Bool { false }
    var kind: String { StoreLocation.embeddedKind }
    var sharedScores: (any SharedScoreStore)? { nil }
    var pools: [PoolFigures] { [] }
    var jobs: any JobStore { SQLiteJobs(writer: writer, reader: reader) }
    var imports: any ImportStore { SQLiteImports(writer: writer, reader: reader) }
    var sharedInboxes: (any SharedInboxStore)? { nil }

    var dialect: SQLDialect { .sqlite }

    func rows<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row] { try await reader.rows(query) }

    func change<Row>(_ change: StoreChange<Row>) async throws(StorageError) -> [Row] {
        try await writer.change(change)
    }

    func actions(matching filter: ActionFilter) async throws(StorageError) -> [ActionSummary] {
        try await reader.actions(matching: filter)
    }

    func hourlyActions(since start: Timestamp) async throws(StorageError) -> [HourlyCount] {
        try await reader.hourlyActions(since: start)
    }

    func deleteAction(_ id: UUIDv7) async throws(StorageError) -> Bool {
        try await writer.deleteAction(id)
    }

    func deleteActions(ofSession sessionID: String) async throws(StorageError) -> Int {
        try await writer.deleteActions(ofSession: sessionID)
    }

    func loadScores(
        ofJournal id: String,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> ScoreMoment {
        try await reader.loadScores(ofJournal: id, batch)
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

    /// Closes both connections; no call may follow. The loops belong to the caller.
    func close() async throws(StorageError) {
        try await reader.close()
        try await writer.close()
    }
}
