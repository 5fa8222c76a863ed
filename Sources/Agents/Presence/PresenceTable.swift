package import Bus

/// An agent as others see it.
package struct AgentPresence: Equatable, Sendable {
    package let agentID: String
    /// Open connections.
    package var connections = 0
    /// The sessions that its connections named, the newest last; of one that has gone, the last one.
    package var sessions: [String] = []
    /// Since when it is connected, or was the last time.
    package var since: Timestamp
    /// The last sign of life.
    package var lastSeen: Timestamp

    package var isConnected: Bool { connections > 0 }
}

/// Who is connected, and who was: a bounded value. At the bound the agent that has been away the longest is forgotten;
/// those that are connected stay.
package struct PresenceTable: Sendable {
    private var agents: [String: AgentPresence] = [:]
    private let mostAway: Int
    private var awayCount = 0
    /// Agents that were forgotten at the bound.
    package private(set) var forgottenCount = 0

    /// Sessions that are shown of one agent.
    private static let mostSessions = 16

    package init(mostAway: Int = 10_000) { self.mostAway = mostAway }

    package var connectedCount: Int { agents.count - awayCount }

    /// A connection of an agent.
    package mutating func arrived(_ agentID: String, sessionID: String?, at time: Timestamp) {
        var agent = agents[agentID] ?? AgentPresence(agentID: agentID, since: time, lastSeen: time)
        if agent.connections == 0 {
            if agents[agentID] != nil { awayCount -= 1 }
            agent.since = time
            agent.sessions = []
        }
        agent.connections += 1
        agent.lastSeen = max(agent.lastSeen, time)
        if let sessionID {
            agent.sessions.removeAll { $0 == sessionID }
            agent.sessions = agent.sessions.suffix(PresenceTable.mostSessions - 1) + [sessionID]
        }
        agents[agentID] = agent
    }

    /// A sign of life.
    package mutating func heard(_ agentID: String, at time: Timestamp) {
        guard let agent = agents[agentID] else { return }
        agents[agentID]?.lastSeen = max(agent.lastSeen, time)
    }

    /// A connection of an agent has gone.
    package mutating func left(_ agentID: String, at time: Timestamp) {
        guard var agent = agents[agentID], agent.connections > 0 else { return }
        agent.connections -= 1
        agent.lastSeen = max(agent.lastSeen, time)
        if agent.connections == 0 {
            agent.sessions = agent.sessions.suffix(1)
            awayCount += 1
        }
        agents[agentID] = agent
        if awayCount > mostAway { forgetSome() }
    }

    /// A sixteenth at once: looking for the oldest costs a walk through all.
    private mutating func forgetSome() {
        let away = agents.values.filter { !$0.isConnected }.sorted { $0.lastSeen < $1.lastSeen }
        for agent in away.prefix(max(1, mostAway / 16)) {
            agents[agent.agentID] = nil
            awayCount -= 1
            forgottenCount += 1
        }
    }

    /// Agents in the order of their ids, behind one of them.
    package func page(after agentID: String?, limit: Int, connectedOnly: Bool) -> [AgentPresence] {
        let found = agents.values.filter { agent in
            (agentID.map { agent.agentID > $0 } ?? true) && (agent.isConnected || !connectedOnly)
        }
        return Array(found.sorted { $0.agentID < $1.agentID }.prefix(limit))
    }

    package var count: Int { agents.count }
}
