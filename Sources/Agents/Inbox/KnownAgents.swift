internal import Bus
internal import Storage

/// Which agents were ever seen: connected, as a sender, or as a reader of messages. The store knows all of them, memory
/// those that were met lately.
final class KnownAgents: Sendable {
    private let journal: any RecordJournal
    private let store: any MessageStore
    private let tasks: BackgroundTasks
    private let now: @Sendable () -> Timestamp
    private let state = Lock(State())

    private struct State {
        var met: Set<String> = []
        var forgotten = 0
    }

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

    /// How many were forgotten.
    var forgottenCount: Int { state.withLock { $0.forgotten } }

    /// An agent does something.
    func see(_ agentID: String) {
        guard remember(agentID) else { return }
        let record = SightingRecord(agentID: agentID, createdAt: now())
        tasks.run { [journal] in _ = try? await journal.append(.sighting(record)) }
    }

    /// Whether an agent was ever seen; one that isn't in memory is not if the store doesn't answer.
    func knows(_ agentID: String) async -> Bool {
        if state.withLock({ $0.met.contains(agentID) }) { return true }
        guard (try? await store.isKnown(agentID: agentID)) == true else { return false }
        _ = remember(agentID)
        return true
    }

    /// False if it was in memory.
    private func remember(_ agentID: String) -> Bool {
        state.withLock { state in
            if state.met.count >= KnownAgents.limit {
                state.forgotten += state.met.count
                state.met = []
            }
            return state.met.insert(agentID).inserted
        }
    }
}
