import Bus
import Storage

@testable import Agents

/// What a store and a journal behind it hold, in memory.
final class HistoryProbe: RecordHistory {
    struct Contents {
        var scores: [(ScoreKey, ScoreRow)] = []
        var mark = JournalPosition.start
        var entries: [JournalEntry] = []
        var failure: StorageError?
        /// Called while the journal is read, before what it holds then is handed over.
        var reading: @Sendable () -> Void = {}
        var attempts = 0
    }

    let contents = Lock(Contents())

    func loadScores(
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> JournalPosition {
        let found = try contents.withLock { (contents) throws(StorageError) in
            contents.attempts += 1
            if let failure = contents.failure { throw failure }
            return (scores: contents.scores, mark: contents.mark)
        }
        for row in found.scores { batch([row]) }
        return found.mark
    }

    func history(
        after position: JournalPosition,
        _ slice: @escaping @Sendable ([JournalEntry], _ through: JournalPosition) -> Void
    ) async throws(StorageError) {
        contents.withLock { $0.reading }()
        for entry in contents.withLock({ $0.entries }) where entry.position > position {
            slice([entry], entry.position)
        }
    }
}

extension RoutingMemory {
    /// A memory of a server that has recorded nothing yet.
    static func empty() async throws -> RoutingMemory {
        let memory = RoutingMemory()
        try await memory.load(from: HistoryProbe())
        return memory
    }
}
