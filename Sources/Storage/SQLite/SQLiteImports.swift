internal import Bus

/// Imports into the embedded store: written on the store's thread between the batches of the journal, read on that of
/// reads.
struct SQLiteImports: ImportStore {
    let writer: SQLiteWriter
    let reader: SQLiteReader

    var mostRows: Int { 5000 }

    func beginRun(
        ofJob id: UUIDv7,
        source: String,
        merge: ScoreMerge,
        at time: Timestamp
    ) async throws(StorageError) -> ImportRun {
        try await writer.beginRun(ofJob: id, source: source, merge: merge, at: time)
        guard let run = try await runs().first(where: { $0.jobID == id }) else {
            throw StorageError(.database, "the store did not keep the run of an import")
        }
        return run
    }

    func runs() async throws(StorageError) -> [ImportRun] { try await reader.runs() }

    func write(_ chunk: ImportChunk) async throws(StorageError) -> Int { try await writer.write(chunk) }

    func write(
        _ scores: [ImportedScore],
        run: ImportRun,
        checkpoint: JobCheckpoint
    ) async throws(StorageError) -> Int {
        try await writer.write(scores, run: run, checkpoint: checkpoint)
    }

    /// An embedded store has one server.
    func announceScores() async throws(StorageError) {}

    func settleSessions(run: Int, before time: Timestamp) async throws(StorageError) {
        try await writer.settleSessions(run: run, before: time)
    }

    func unmatchedActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [LiveAction] {
        try await reader.unmatchedActions(from: from, through: through)
    }

    func matchedIDs(among ids: [UUIDv7]) async throws(StorageError) -> Set<UUIDv7> {
        try await reader.known("SELECT 1 FROM import_matches WHERE imported_id = $1", among: ids)
    }

    func importedIDs(among ids: [UUIDv7]) async throws(StorageError) -> Set<UUIDv7> {
        try await reader.known("SELECT 1 FROM actions WHERE id = $1", among: ids)
    }

    func importedActions(after id: UUIDv7?, limit: Int) async throws(StorageError) -> ImportedPage {
        let actions = try await reader.importedActions(after: id, limit: limit)
        return ImportedPage(count: actions.count, last: actions.last?.record.id) { actions[$0] }
    }

    func importedScores(
        ofRun run: Int,
        after key: ScoreKey?,
        limit: Int
    ) async throws(StorageError) -> [ImportedScore] {
        try await reader.importedScores(ofRun: run, after: key, limit: limit)
    }

    func removeActions(_ ids: [UUIDv7]) async throws(StorageError) -> Int { try await writer.removeActions(ids) }

    func importedActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [ImportedAction] {
        try await reader.importedActions(from: from, through: through)
    }

    func withdraw(_ withdrawal: ImportWithdrawal) async throws(StorageError) { try await writer.withdraw(withdrawal) }

    func removeScores(run: Int, limit: Int) async throws(StorageError) -> Int {
        let removed = try await reader.importedScores(ofRun: run, after: nil, limit: limit)
        try await writer.removeScores(removed.map(\.key), run: run)
        return removed.count
    }

    func removeRun(_ run: Int) async throws(StorageError) { try await writer.removeRun(run) }

    func dailyActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [DailyActions] {
        try await reader.dailyActions(from: from, through: through)
    }
}
