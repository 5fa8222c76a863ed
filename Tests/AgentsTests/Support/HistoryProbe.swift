import Bus
import Storage

@testable import Agents

/// What a store and a journal behind it hold, in memory.
final class HistoryProbe: SharedScores {
    struct Contents {
        var scores: [(ScoreKey, ScoreRow)] = []
        var mark = JournalPosition.start
        /// What others have changed, and how far that has come; nil: nobody knows.
        var revision: Int64 = 0
        var changes: [(ScoreKey, ScoreRow)]? = []
        /// Called by whoever changes something.
        var changed: @Sendable () -> Void = {}
        var entries: [JournalEntry] = []
        var failure: StorageError?
        /// Called while the journal is read, before what it holds then is handed over.
        var reading: @Sendable () -> Void = {}
        var attempts = 0
    }

    let contents = Lock(Contents())

    func loadScores(
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> ScoreMoment {
        let found = try contents.withLock { (contents) throws(StorageError) in
            contents.attempts += 1
            if let failure = contents.failure { throw failure }
            let moment = ScoreMoment(position: contents.mark, revision: contents.revision)
            return (scores: contents.scores, moment: moment)
        }
        for row in found.scores { batch([row]) }
        return found.moment
    }

    func changedScores(
        after revision: Int64,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)], ScoreMoment) -> Void
    ) async throws(StorageError) -> ScoreMoment? {
        let contents = contents.withLock { $0 }
        if let failure = contents.failure { throw failure }
        let moment = ScoreMoment(position: contents.mark, revision: contents.revision)
        guard revision < contents.revision else { return moment }
        guard let changes = contents.changes else { return nil }
        // In pages of one row.
        for row in changes { batch([row], moment) }
        return moment
    }

    func watchScores(_ changed: @escaping @Sendable () -> Void) async {
        contents.withLock { $0.changed = changed }
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
