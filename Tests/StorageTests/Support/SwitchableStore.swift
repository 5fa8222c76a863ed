import Bus
import TestSupport

@testable import Storage

/// An embedded store that behaves like a database that comes and goes.
final class SwitchableStore: StoreBackend, RecordSink {
    private let store: SQLiteStore
    private let away: Lock<Bool>

    init(_ store: SQLiteStore, isAway: Bool) {
        self.store = store
        away = Lock(isAway)
    }

    var isAway: Bool {
        get { away.withLock { $0 } }
        set { away.withLock { $0 = newValue } }
    }

    private func check() throws(StorageError) {
        if isAway { throw StorageError(.unavailable, "switched off") }
    }

    var sink: any RecordSink { self }
    var mayBeAway: Bool { true }
    var kind: String { store.kind }
    var sharedScores: (any SharedScoreStore)? { store.sharedScores }
    var pools: [PoolFigures] { store.pools }
    var jobs: any JobStore { store.jobs }
    var imports: any ImportStore { store.imports }
    var mostRecords: Int { store.sink.mostRecords }

    func write(_ batch: RecordBatch, at time: Timestamp) async throws(StorageError) {
        try check()
        try await store.sink.write(batch, at: time)
    }

    func mark(ofJournal id: String) async throws(StorageError) -> JournalPosition {
        try check()
        return try await store.sink.mark(ofJournal: id)
    }

    func actions(matching filter: ActionFilter) async throws(StorageError) -> [ActionSummary] {
        try check()
        return try await store.actions(matching: filter)
    }

    func hourlyActions(since start: Timestamp) async throws(StorageError) -> [HourlyCount] {
        try check()
        return try await store.hourlyActions(since: start)
    }

    func deleteAction(_ id: UUIDv7) async throws(StorageError) -> Bool {
        try check()
        return try await store.deleteAction(id)
    }

    func deleteActions(ofSession sessionID: String) async throws(StorageError) -> Int {
        try check()
        return try await store.deleteActions(ofSession: sessionID)
    }

    func loadScores(
        ofJournal id: String,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> ScoreMoment {
        try check()
        return try await store.loadScores(ofJournal: id, batch)
    }

    func answer(forKey key: String) async throws(StorageError) -> IdempotencyRecord? {
        try check()
        return try await store.answer(forKey: key)
    }

    func counts() async throws(StorageError) -> StoreCounts {
        try check()
        return try await store.counts()
    }

    func activity(now: Timestamp) async throws(StorageError) -> ActivityFigures {
        try check()
        return try await store.activity(now: now)
    }

    func probe() async throws(StorageError) -> Double {
        try check()
        return try await store.probe()
    }

    func close() async throws(StorageError) { try await store.close() }
}
