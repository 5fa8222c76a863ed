internal import Bus
internal import Storage

/// Which agents were ever seen: connected, as a sender, or as a reader of messages. The store knows all of them, memory
/// those that were met lately.
final class KnownAgents: Sendable {
    private let journal: any RecordJournal
    private let store: any MessageStore
    private let tasks: BackgroundTasks
    private let now: @Sendable () -> Timestamp
    private let met = Lock<Set<String>>([])

    /// Agents that are remembered; beyond it all are forgotten, and asked for or noted once more.
    static let limit = 10_000

    init(
        journal: any RecordJournal,
        store: any MessageStore,
        tasks: BackgroundTasks,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.journal = journal
        self.store = store
        self.tasks = tasks
        self.now = now
    }

    /// An agent does something.
    func see(_ agentID: String) {
        guard remember(agentID) else { return }
        let record = SightingRecord(agentID: agentID, createdAt: now())
        tasks.run { [journal] in _ = try? await journal.append(.sighting(record)) }
    }

    /// Whether an agent was ever seen; one that isn't in memory is not if the store doesn't answer.
    func knows(_ agentID: String) async -> Bool {
        if met.withLock({ $0.contains(agentID) }) { return true }
        guard (try? await store.isKnown(agentID: agentID)) == true else { return false }
        _ = remember(agentID)
        return true
    }

    /// False if it was in memory.
    private func remember(_ agentID: String) -> Bool {
        met.withLock { met in
            if met.count >= KnownAgents.limit { met = [] }
            return met.insert(agentID).inserted
        }
    }
}
