package import Bus
package import Storage

/// Who has to acknowledge an event: the agents that listen to its channel on a connection which acknowledges, and those
/// whose last such connection is gone for less than an hour. A value without a clock.
package struct EventListeners {
    private enum Listener: Hashable {
        case connection(Int, of: String)
        /// What an agent listened to when it left.
        case memory(of: String)

        var agentID: String {
            switch self {
            case .connection(_, let agentID), .memory(let agentID): agentID
            }
        }
    }

    private struct Agent {
        var connections: Set<Int> = []
        var leftAt: Timestamp?
        /// Events that it was given here and that haven't ended.
        var pending: Set<UUIDv7> = []
    }

    /// What happened since the start.
    package struct Counters: Equatable, Sendable {
        /// Pairs of an event and an agent that has to acknowledge it.
        package var tracked = 0
        /// Such pairs beyond `mostPending`: the agent got the event once, if it was there.
        package var untracked = 0
        /// Agents beyond `mostAgents`: they get events once.
        package var refused = 0
        /// Events that could not be made durable.
        package var failed = 0
    }

    private let mostAgents: Int
    private let mostPending: Int
    /// Milliseconds for which an agent that has left is given events, and for which an event is kept.
    static let memory: Int64 = Int64(NewMessage.standardLifetime) * 1000

    private var agents: [String: Agent] = [:]
    /// Agents of which something has changed that a server which begins again has to know.
    private var changed: Set<String> = []
    private var table = SubscriptionTable<Listener>()
    package private(set) var counters = Counters()

    package init(mostAgents: Int = 1000, mostPending: Int = 1000) {
        self.mostAgents = mostAgents
        self.mostPending = mostPending
    }

    /// How many agents are here or remembered.
    package var count: Int { agents.count }

    // MARK: - Connections

    /// A connection that acknowledges listens to these patterns, too.
    package mutating func listen(
        _ agentID: String,
        connection: Int,
        to patterns: some Sequence<ChannelPattern>,
        at now: Timestamp
    ) {
        if agents[agentID] == nil {
            if agents.count >= mostAgents { forgetOldest(at: now) }
            guard agents.count < mostAgents else {
                counters.refused += 1
                return
            }
        }
        agents[agentID, default: Agent()].connections.insert(connection)
        for pattern in patterns { table.insert(.connection(connection, of: agentID), for: pattern) }
        changed.insert(agentID)
    }

    /// An agent that has come back listens to what it wants by now.
    package mutating func forgetMemory(of agentID: String) {
        table.removeAll(of: .memory(of: agentID))
        agents[agentID]?.leftAt = nil
        changed.insert(agentID)
    }

    /// A connection doesn't listen to a pattern any more.
    package mutating func ignore(_ agentID: String, connection: Int, _ pattern: ChannelPattern) {
        table.remove(.connection(connection, of: agentID), from: pattern)
        table.remove(.memory(of: agentID), from: pattern)
        changed.insert(agentID)
    }

    /// A connection is gone. What an agent's last one listened to is remembered.
    package mutating func leave(_ agentID: String, connection: Int, at now: Timestamp) {
        guard agents[agentID]?.connections.remove(connection) != nil else { return }
        let patterns = table.removeAll(of: .connection(connection, of: agentID))
        guard agents[agentID]?.connections.isEmpty == true else { return }
        table.removeAll(of: .memory(of: agentID))
        for pattern in patterns { table.insert(.memory(of: agentID), for: pattern) }
        agents[agentID]?.leftAt = now
        changed.insert(agentID)
    }

    private mutating func forgetOldest(at now: Timestamp) {
        let away = agents.filter { $0.value.connections.isEmpty }
        guard let oldest = away.min(by: { ($0.value.leftAt ?? now) < ($1.value.leftAt ?? now) }) else { return }
        forget(oldest.key)
    }

    private mutating func forget(_ agentID: String) {
        table.removeAll(of: .memory(of: agentID))
        agents[agentID] = nil
        changed.insert(agentID)
    }

    // MARK: - Restarts

    /// What has changed since the last call.
    package mutating func takeChanges() -> [KeptListener] {
        guard !changed.isEmpty else { return [] }
        defer { changed = [] }
        return changed.map { agentID in
            let agent = agents[agentID]
            var patterns = table.patterns(of: .memory(of: agentID))
            for connection in agent?.connections ?? [] {
                patterns.formUnion(table.patterns(of: .connection(connection, of: agentID)))
            }
            return KeptListener(
                agentID: agentID,
                patterns: patterns.sorted { $0.text < $1.text },
                leftAt: agent?.connections.isEmpty == true ? agent?.leftAt : nil
            )
        }
    }

    /// Agents that an earlier server knew. Those that were connected to it have left now.
    package mutating func recall(_ listeners: [KeptListener], at now: Timestamp) {
        for listener in listeners where agents[listener.agentID] == nil && agents.count < mostAgents {
            agents[listener.agentID] = Agent(leftAt: listener.leftAt ?? now)
            for pattern in listener.patterns { table.insert(.memory(of: listener.agentID), for: pattern) }
            if listener.leftAt == nil { changed.insert(listener.agentID) }
            if isForgotten(listener.agentID, at: now) { forget(listener.agentID) }
        }
    }

    // MARK: - Events

    /// The agents that have to acknowledge an event of a channel.
    package mutating func recipients(of id: UUIDv7, on channel: ChannelName, at now: Timestamp) -> [String] {
        guard !agents.isEmpty else { return [] }
        var recipients: Set<String> = []
        for listener in table.members(for: channel) where !recipients.contains(listener.agentID) {
            if case .memory(let agentID) = listener, isForgotten(agentID, at: now) {
                if agents[agentID]?.connections.isEmpty == true { forget(agentID) } else { forgetMemory(of: agentID) }
                continue
            }
            if admit(id, listener.agentID, at: now) { recipients.insert(listener.agentID) }
        }
        counters.tracked += recipients.count
        return recipients.sorted()
    }

    private func isForgotten(_ agentID: String, at now: Timestamp) -> Bool {
        guard let leftAt = agents[agentID]?.leftAt else { return true }
        return now.milliseconds - leftAt.milliseconds > EventListeners.memory
    }

    private mutating func admit(_ id: UUIDv7, _ agentID: String, at now: Timestamp) -> Bool {
        guard var agent = agents[agentID] else { return false }
        if agent.pending.count >= mostPending {
            // Where another server ends what has expired, nobody says so here.
            agent.pending = agent.pending.filter { Int64($0.high >> 16) > now.milliseconds - EventListeners.memory }
        }
        guard agent.pending.count < mostPending else {
            counters.untracked += 1
            return false
        }
        agent.pending.insert(id)
        agents[agentID] = agent
        return true
    }

    /// An agent needn't acknowledge an event any more.
    package mutating func ended(_ id: UUIDv7, of agentID: String) { agents[agentID]?.pending.remove(id) }

    /// An event could not be made durable.
    package mutating func countFailure() { counters.failed += 1 }
}
