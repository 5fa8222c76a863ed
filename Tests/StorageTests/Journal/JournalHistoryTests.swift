import Bus
import TestSupport
import Testing

@testable import Storage

/// Reading the journal while the store takes records over.
struct JournalHistoryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder.file("journal.db") }

    private func fill(_ journal: Journal, _ count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count { group.addTask { _ = try await journal.append(.action(sampleAction())) } }
            try await group.waitForAll()
        }
    }

    private func positions(_ journal: Journal, after position: Int64) async throws -> [Int64] {
        try await withLoop { (loop: EventLoop) async throws in
            let found = Lock<[Int64]>([])
            try await JournalHistory(path: path, journal: journal, loop: loop).read(after: JournalPosition(position)) {
                entries,
                _ in
                found.withLock { $0 += entries.map(\.position.value) }
            }
            return found.withLock { $0 }
        }
    }

    @Test func recordsThatWentBeforeTheyWereReadAreMissed() async throws {
        let journal = try Journal(path: path) { _, _ in }
        try await fill(journal, 100)
        #expect(try await positions(journal, after: 40) == Array(41...100))
        // Somebody looked at the store when it held forty; meanwhile it holds sixty, and these go.
        journal.trim(through: JournalPosition(60))
        try await fill(journal, 1)
        let error = await #expect(throws: StorageError.self) { try await positions(journal, after: 40) }
        #expect(error?.code == .unavailable)
        #expect(try await positions(journal, after: 60) == Array(61...101))
        try await journal.close()
    }

    /// What a journal doesn't have from the beginning, nobody can wait for: another database was put under it.
    @Test func whatWentInAnEarlierRunIsNotMissed() async throws {
        let earlier = try Journal(path: path) { _, _ in }
        try await fill(earlier, 100)
        earlier.trim(through: JournalPosition(60))
        try await fill(earlier, 1)
        try await earlier.close()
        let journal = try Journal(path: path) { _, _ in }
        #expect(try await positions(journal, after: 0) == Array(61...101))
        try await journal.close()
    }
}
