import Bus
import TestSupport
import Testing

@testable import Storage

struct JournalTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("journal.db") }

    init() throws { folder = try TemporaryFolder() }

    private func record(_ session: String) -> JournalRecord { .action(sampleAction(session: session)) }

    @Test func whoeverWaitsSharesACommit() async throws {
        let gate = Gate()
        let journal = try Journal(path: path) { _, _ in gate.pass() }
        let first = Task { try await journal.append(record("first")) }
        await gate.waitForArrival()
        let others = (0..<100).map { index in Task { try await journal.append(record("\(index)")) } }
        while journal.figures.waiting < 100 { await Task.yield() }
        gate.open()
        #expect(try await first.value == JournalPosition(1))
        var positions: Set<Int64> = []
        for other in others { positions.insert(try await other.value.value) }
        #expect(positions == Set(2...101))
        let figures = journal.figures
        #expect(figures.commits == 2)
        #expect(figures.largestBatch == 100)
        #expect(figures.records == 101)
        try await journal.close()
    }

    @Test func theHookSeesEveryRecordInOrderBeforeItsAppendReturns() async throws {
        let seen = Lock<[JournalEntry]>([])
        let journal = try Journal(path: path) { entries, _ in seen.withLock { $0 += entries } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<50 {
                group.addTask {
                    let record = record("\(index)")
                    let position = try await journal.append(record)
                    #expect(seen.withLock { $0.contains(JournalEntry(position: position, record: record)) })
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.withLock { $0.map(\.position.value) } == Array(1...50))
        try await journal.close()
    }

    @Test func recordsArePositionedAndReadBack() async throws {
        let journal = try Journal(path: path) { _, _ in }
        var records: [JournalRecord] = []
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20 {
            records.append(randomRecord(using: &random))
            _ = try await journal.append(records[records.count - 1])
        }
        let reader = try JournalReader(path: path)
        let slice = try reader.read(after: JournalPosition(5), limit: 10)
        #expect(slice.entries.map(\.position.value) == Array(6...15))
        #expect(slice.entries.map(\.record) == Array(records[5..<15]))
        #expect(slice.through == JournalPosition(15))
        #expect(try reader.read(after: JournalPosition(20), limit: 10) == JournalSlice())
        try reader.close()
        try await journal.close()
    }

    @Test func aCommitSurvivesWithoutClose() async throws {
        let journal = try Journal(path: path) { _, _ in }
        _ = try await journal.append(record("a"))
        let copy = try folder.copyAfterCrash()
        let again = try Journal(path: copy.file("journal.db")) { _, _ in }
        #expect(again.last == JournalPosition(1))
        #expect(again.id == journal.id)
        try await again.close()
        try await journal.close()
    }

    @Test func everythingHeldIsDeletedButTheNewestAndPositionsGoOn() async throws {
        let journal = try Journal(path: path) { _, _ in }
        for index in 0..<5 { _ = try await journal.append(record("\(index)")) }
        journal.trim(through: JournalPosition(5))
        // The rows go with the next commit.
        #expect(try await journal.append(record("later")) == JournalPosition(6))
        try await journal.close()
        let again = try Journal(path: path) { _, _ in }
        let reader = try JournalReader(path: path)
        #expect(try reader.read(after: .start, limit: 10).entries.map(\.position.value) == [6])
        again.trim(through: JournalPosition(6))
        #expect(try await again.append(record("last")) == JournalPosition(7))
        #expect(try reader.read(after: .start, limit: 10).entries.map(\.position.value) == [7])
        try reader.close()
        try await again.close()
    }

    @Test func anEmptiedFileStillKnowsItsLastPosition() throws {
        var file = try JournalFile(path: path, limits: JournalLimits())
        try file.commit([[1], [2], [3]], trimmingThrough: .start)
        try file.commit([], trimmingThrough: JournalPosition(3))
        try file.close()
        let again = try JournalFile(path: path, limits: JournalLimits())
        #expect(again.last == JournalPosition(3))
        #expect(again.id == file.id)
        try again.close()
    }

    @Test func manyHeldRowsGoWithoutACommitInSlices() async throws {
        let journal = try Journal(path: path) { _, _ in }
        let count = 3 * JournalFile.slice
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count { group.addTask { _ = try await journal.append(record("s")) } }
            try await group.waitForAll()
        }
        let reader = try JournalReader(path: path)
        journal.trim(through: JournalPosition(count))
        func rest() throws -> Int { try reader.read(after: .start, limit: .max).entries.count }
        while try rest() > 2 * JournalFile.slice { await Task.yield() }
        #expect(try reader.read(after: .start, limit: .max).entries.last?.position == JournalPosition(count))
        try reader.close()
        try await journal.close()
    }

    /// What an outage has left of the file goes back to the file system, and positions go on.
    @Test func aFileThatWasLargeBecomesSmallWhenTheStoreHasCaughtUp() async throws {
        let journal = try Journal(path: path) { _, _ in }
        var action = sampleAction()
        action.input = String(repeating: "x", count: 256 << 10)
        for _ in 0..<100 { _ = try await journal.append(.action(action)) }
        let full = journal.figures
        #expect(full.fileSize > 25 << 20)
        journal.trim(through: journal.last)
        var last = journal.last
        while journal.figures.compactions == 0 { last = try await journal.append(record("s")) }
        #expect(journal.figures.fileSize < 1 << 20)
        #expect(journal.figures.size <= journal.figures.fileSize)
        #expect(try await journal.append(record("s")).value == last.value + 1)
        let reader = try JournalReader(path: path)
        let rest = try reader.read(after: .start, limit: .max)
        #expect(rest.through?.value == last.value + 1)
        try reader.close()
        try await journal.close()
        #expect(try folder.size("journal.db") < 1 << 20)
    }

    @Test func tooManyWaitersAreRefused() async throws {
        let gate = Gate()
        var limits = JournalLimits()
        limits.waiting = 3
        let journal = try Journal(path: path, limits: limits) { _, _ in gate.pass() }
        let first = Task { try await journal.append(record("first")) }
        await gate.waitForArrival()
        let waiting = (0..<3).map { _ in Task { try await journal.append(record("waits")) } }
        while journal.figures.waiting < 3 { await Task.yield() }
        await #expect(throws: StorageError.self) { try await journal.append(record("refused")) }
        #expect(journal.figures.refused == 1)
        gate.open()
        _ = try await first.value
        for task in waiting { _ = try await task.value }
        #expect(try await journal.append(record("again")) == JournalPosition(5))
        try await journal.close()
    }

    @Test func aFullJournalRefusesUntilTheStoreCatchesUp() async throws {
        var limits = JournalLimits()
        limits.size = 256 << 10
        let journal = try Journal(path: path, limits: limits) { _, _ in }
        let error = await fill(journal)
        #expect(error?.code == .unavailable)
        journal.trim(through: journal.last)
        _ = await journal.idle()
        #expect(await fill(journal)?.code == .unavailable)
        try await journal.close()
    }

    /// They are fewer than what is deleted without a commit, and a full journal has no commits.
    @Test(arguments: [8 << 10, 512 << 10]) func aJournalFullOfFewLargeRecordsGoesOn(bytes: Int) async throws {
        var limits = JournalLimits()
        limits.size = 256 << 10
        let journal = try Journal(path: path, limits: limits) { _, _ in }
        var action = sampleAction()
        action.input = String(repeating: "x", count: bytes)
        for _ in 0..<3 {
            let error = await #expect(throws: StorageError.self) {
                while true { _ = try await journal.append(.action(action)) }
            }
            #expect(error?.code == .unavailable)
            journal.trim(through: journal.last)
        }
        #expect(try await journal.append(.action(action)) == journal.last)
        try await journal.close()
    }

    @Test func aFullDiskRefusesKeepsWhatWasAcceptedAndRecovers() async throws {
        var limits = JournalLimits()
        limits.file = 256 << 10
        let journal = try Journal(path: path, limits: limits) { _, _ in }
        let error = await fill(journal)
        #expect(error?.code == .diskFull)
        let last = journal.last
        let reader = try JournalReader(path: path)
        #expect(try reader.read(after: .start, limit: .max).through == last)
        // The store has taken them: the next commit frees their pages first.
        journal.trim(through: last)
        #expect(try await journal.append(record("after")) == JournalPosition(last.value + 1))
        #expect(try reader.read(after: last, limit: 10).entries.map(\.record.sessionID) == ["after"])
        try reader.close()
        try await journal.close()
    }

    /// Appends some kilobytes at a time until it is refused.
    private func fill(_ journal: Journal) async -> StorageError? {
        for _ in 0..<1000 {
            var action = sampleAction(session: "fill")
            action.input = String(repeating: "x", count: 4000)
            do throws(StorageError) { _ = try await journal.append(.action(action)) } catch { return error }
        }
        return nil
    }

    @Test func aNewerFileIsRefusedWithBothVersions() async throws {
        try await Journal(path: path) { _, _ in }.close()
        let connection = try SQLiteConnection(path: path, name: "test", access: .writing)
        try connection.execute("UPDATE journal SET version = 9")
        try connection.close()
        let error = #expect(throws: StorageError.self) { try Journal(path: path) { _, _ in } }
        #expect(error?.code == .newerSchema)
        #expect(error?.message.contains("9") == true && error?.message.contains("1") == true)
    }

    @Test func aClosedJournalRefuses() async throws {
        let journal = try Journal(path: path) { _, _ in }
        try await journal.close()
        let error = await #expect(throws: StorageError.self) { try await journal.append(record("late")) }
        #expect(error?.code == .unavailable)
    }

    @Test func aCheckpointEmptiesTheLogForTheNextCommit() async throws {
        let journal = try Journal(path: path) { _, _ in }
        for index in 0..<10 { _ = try await journal.append(record("\(index)")) }
        let reader = try JournalReader(path: path)
        let before = try reader.checkpoint()
        #expect(before > 0)
        await journal.restartLog()
        _ = try await journal.append(record("next"))
        #expect(try reader.checkpoint() < before)
        try reader.close()
        try await journal.close()
    }

    @Test func commitsAreFlushedToTheDisk() throws {
        let connection = try SQLiteConnection(path: path, name: "test", access: .writing)
        // 2 is FULL: the log is synchronised at each commit.
        let mode = try connection.access { db in
            let pragma = try SQLiteStatement(db, "PRAGMA synchronous")
            defer { pragma.reset() }
            return try pragma.step() ? pragma.integer(0) : -1
        }
        #expect(mode == 2)
        try connection.close()
    }
}

extension Journal {
    /// Returns when the journal's thread has done what was scheduled before.
    fileprivate func idle() {}
}

extension JournalRecord {
    fileprivate var sessionID: String? {
        guard case .action(let action) = self else { return nil }
        return action.sessionID
    }
}
