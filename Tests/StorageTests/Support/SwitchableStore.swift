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

    fileprivate func check() throws(StorageError) {
        if isAway { throw StorageError(.unavailable, "switched off") }
    }

    var sink: any RecordSink { self }
    var mayBeAway: Bool { true }
    var kind: String { store.kind }
    var sharedScores: (any SharedScoreStore)? { store.sharedScores }
    var pools: [PoolFigures] { store.pools }
    var jobs: any JobStore { store.jobs }
    var imports: any ImportStore { store.imports }
    var sharedInboxes: (any SharedInboxStore)? { nil }
    var mostRecords: Int { store.sink.mostRecords }

    func write(_ batch: RecordBatch, at time: Timestamp) async throws(StorageError) {
        try check()
        try await store.sink.write(batch, at: time)
    }

    func stage(_ next: RecordBatch) async { await store.sink.stage(next) }

    func mark(ofJournal id: String) async throws(StorageError) -> JournalPosition {
        try check()
        return try await store.sink.mark(ofJournal: id)
    }

    var dialect: SQLDialect { store.dialect }

    func rows<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row] {
        try check()
        return try await store.rows(query)
    }

    func change<Row>(_ change: StoreChange<Row>) async throws(StorageError) -> [Row] {
        try check()
        return try await store.change(change)
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

    func messages(matching filter: MessageFilter, now: Timestamp) async throws(StorageError) -> MessagePage {
        try check()
        return try await store.messages(matching: filter, now: now)
    }

    func message(_ id: UUIDv7) async throws(StorageError) -> MessageRecord? {
        try check()
        return try await store.message(id)
    }

    func isKnown(agentID: String) async throws(StorageError) -> Bool {
        try check()
        return try await store.isKnown(agentID: agentID)
    }

    func claimItems(
        of agentID: String,
        after cursor: InboxCursor,
        by server: String,
        now: Timestamp
    ) async throws(StorageError) {
        try check()
        try await store.claimItems(of: agentID, after: cursor, by: server, now: now)
    }

    func pendingItems(
        of agentID: String,
        after cursor: InboxCursor,
        heldBy server: String,
        now: Timestamp
    ) async throws(StorageError) -> InboxPage {
        try check()
        return try await store.pendingItems(of: agentID, after: cursor, heldBy: server, now: now)
    }

    func itemStates(ofMessage id: UUIDv7) async throws(StorageError) -> [InboxItemStatus] {
        try check()
        return try await store.itemStates(ofMessage: id)
    }

    func deadItems(of agentID: String?, limit: Int, offset: Int) async throws(StorageError) -> [DeadItem] {
        try check()
        return try await store.deadItems(of: agentID, limit: limit, offset: offset)
    }

    func reviveItem(ofMessage id: UUIDv7, agentID: String, expiresAt: Timestamp) async throws(StorageError) -> Bool {
        try check()
        return try await store.reviveItem(ofMessage: id, agentID: agentID, expiresAt: expiresAt)
    }

    func expireItems(now: Timestamp, limit: Int) async throws(StorageError) -> [ExpiredItem] {
        try check()
        return try await store.expireItems(now: now, limit: limit)
    }

    func inboxFigures(limit: Int) async throws(StorageError) -> [InboxFigures] {
        try check()
        return try await store.inboxFigures(limit: limit)
    }

    func close() async throws(StorageError) { try await store.close() }
}

extension SwitchableStore: CleanableStore {
    func changeAlone<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row]? {
        try check()
        return try await store.changeAlone(query)
    }
}
