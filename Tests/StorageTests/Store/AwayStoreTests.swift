import Bus
import TestSupport
import Testing

@testable import Storage

/// A store that is away at the start or goes away later: the journal takes everything, the store gets it once.
@Suite(.timeLimit(.minutes(2))) struct AwayStoreTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(
        _ folder: TemporaryFolder? = nil,
        limits: JournalLimits = JournalLimits(),
        isAway: Bool
    ) async throws -> (durable: DurableStore, store: SwitchableStore) {
        let made = Lock<SwitchableStore?>(nil)
        let folder = folder ?? self.folder
        let durable = try await DurableStore.open(try DataFolder(path: folder.path), limits: limits) {
            (writing, reading) throws(StorageError) in
            let store = SwitchableStore(
                try SQLiteStore(
                    path: folder.file("store.db"),
                    writing: writing,
                    reading: reading,
                    learning: testLearning
                ),
                isAway: isAway
            )
            made.withLock { $0 = store }
            return store
        }
        return (durable, try #require(made.withLock { $0 }))
    }

    private func append(_ count: Int, to durable: DurableStore) async throws {
        for _ in 0..<count { try await durable.append(.action(sampleAction(session: "s", keywords: ["k"]))) }
    }

    private func waitForStore(_ durable: DurableStore) async throws {
        while true {
            do throws(StorageError) { return try await durable.flush() } catch {
                guard error.code == .unavailable else { throw error }
            }
        }
    }

    private func expect(_ count: Int, in durable: DurableStore) async throws {
        #expect(try await durable.store.counts().actions == count)
        #expect(try await durable.store.scores().first?.value.usageCount == count)
    }

    @Test func closingWaitsForNoCheckpointAndMeetsNone() async throws {
        // Each attempt to write check-points the journal and starts its log anew.
        var limits = JournalLimits()
        limits.log = 0
        var large = sampleAction()
        large.output = String(repeating: "x", count: 1 << 20)
        for _ in 0..<20 {
            let folder = try TemporaryFolder()
            let (durable, _) = try await open(folder, limits: limits, isAway: true)
            for _ in 0..<3 { try await durable.append(.action(large)) }
            try await durable.close(flushMilliseconds: 0)
            #expect(try folder.size("journal.db") > 3 << 20)
        }
    }

    @Test func aStoreThatIsAwayAtTheStartGetsEverythingLater() async throws {
        let (durable, store) = try await open(isAway: true)
        try await append(30, to: durable)
        #expect(durable.figures.writer.backlog == 30)
        let error = await #expect(throws: StorageError.self) { try await durable.flush() }
        #expect(error?.code == .unavailable)
        store.isAway = false
        try await waitForStore(durable)
        try await expect(30, in: durable)
        #expect(durable.figures.writer.backlog == 0)
        try await durable.close()
    }

    @Test func whatTheStoreHeldBeforeIsNotStoredAgain() async throws {
        var (durable, store) = try await open(isAway: false)
        try await append(10, to: durable)
        try await durable.flush(milliseconds: 150_000)
        // The journal deletes lazily, so it still has all ten.
        let crashed = try folder.copyAfterCrash()
        try await durable.close()
        (durable, store) = try await open(crashed, isAway: true)
        try await append(5, to: durable)
        store.isAway = false
        try await waitForStore(durable)
        try await expect(15, in: durable)
        try await durable.close()
    }

    @Test func aStoreThatGoesAwayWhileRecordsComeGetsThemAll() async throws {
        let (durable, store) = try await open(isAway: false)
        for round in 0..<4 {
            store.isAway = round.isMultiple(of: 2)
            try await append(25, to: durable)
        }
        store.isAway = false
        try await waitForStore(durable)
        try await expect(100, in: durable)
        try await durable.close()
    }

    @Test func recordsStayInTheJournalWhenTheServerEndsFirst() async throws {
        var (durable, store) = try await open(isAway: true)
        try await append(20, to: durable)
        try await durable.close(flushMilliseconds: 0)
        (durable, store) = try await open(isAway: true)
        try await append(1, to: durable)
        store.isAway = false
        try await waitForStore(durable)
        try await expect(21, in: durable)
        try await durable.close()
    }

    /// The journal of an old copy has positions that the store knows already. While the store is away nobody can tell,
    /// so what comes then must move when it is back.
    @Test func aJournalOlderThanTheMarkGoesOnBehindItAlsoWhenThatIsLearntLate() async throws {
        var (durable, store) = try await open(isAway: false)
        try await append(1, to: durable)
        try await durable.flush(milliseconds: 150_000)
        let old = try folder.copyAfterCrash()
        try await append(5, to: durable)
        try await durable.close()
        let mixed = try old.replacingStore(with: folder)
        (durable, store) = try await open(mixed, isAway: true)
        try await append(3, to: durable)
        store.isAway = false
        try await waitForStore(durable)
        try await append(1, to: durable)
        try await durable.flush(milliseconds: 150_000)
        try await expect(10, in: durable)
        try await durable.close()
    }

    @Test func historyGoesOnWhereTheScoresEnd() async throws {
        let (durable, store) = try await open(isAway: false)
        try await append(4, to: durable)
        try await durable.flush(milliseconds: 150_000)
        store.isAway = true
        try await append(3, to: durable)
        await #expect(throws: StorageError.self) { try await durable.loadScores { _ in } }
        store.isAway = false
        let uses = Lock(0)
        let mark = try await durable.loadScores { rows in
            uses.withLock { $0 += rows.reduce(0) { $0 + $1.1.usageCount } }
        }.position
        let rest = Lock<[JournalPosition]>([])
        try await durable.history(after: mark) { entries, _ in rest.withLock { $0 += entries.map(\.position) } }
        // However much the store had caught up by then, together they are everything.
        #expect(uses.withLock { $0 } == Int(mark.value))
        #expect(rest.withLock { $0 } == (mark.value + 1...7).map { JournalPosition($0) })
        try await durable.close()
    }
}
