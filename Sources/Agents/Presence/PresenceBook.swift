internal import Bus

/// `PresenceTable` for the connections of all loops. Written when connections come and go, and some seconds apart while
/// they live; never on the path of a message.
package final class PresenceBook: Sendable {
    private let table: Lock<PresenceTable>

    package init(_ table: PresenceTable = PresenceTable()) { self.table = Lock(table) }

    /// A connection of an agent.
    package func arrived(_ agentID: String, sessionID: String?) {
        table.withLock { $0.arrived(agentID, sessionID: sessionID, at: .now()) }
    }

    /// A sign of life.
    package func heard(_ agentID: String) { table.withLock { $0.heard(agentID, at: .now()) } }

    /// A connection of an agent has gone.
    package func left(_ agentID: String) { table.withLock { $0.left(agentID, at: .now()) } }

    /// Agents in the order of their ids, behind one of them.
    package func page(after agentID: String?, limit: Int, connectedOnly: Bool) -> [AgentPresence] {
        table.withLock { $0.page(after: agentID, limit: limit, connectedOnly: connectedOnly) }
    }

    /// Agents that are connected, all that are known, and those that were forgotten at the bound.
    package var figures: (connected: Int, known: Int, forgotten: Int) {
        table.withLock { ($0.connectedCount, $0.count, $0.forgottenCount) }
    }
}
