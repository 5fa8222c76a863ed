internal import Bus
package import Storage

/// The connections of agents that are offered the items of their inboxes by this server.
package final class InboxRegistry: Sendable {
    private struct State {
        var links: [String: [InboxLink]] = [:]
        var nextNumber = 0
    }

    private let state = Lock(State())

    package init() {}

    /// For the store, which has to know whose items are offered here.
    package var presence: InboxPresence {
        InboxPresence(
            isConnected: { [self] agentID in state.withLock { $0.links[agentID] != nil } },
            connected: { [self] in state.withLock { Array($0.links.keys) } }
        )
    }

    func number() -> Int {
        state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
    }

    func add(_ link: InboxLink) {
        state.withLock { state in
            state.links[link.agentID, default: []].append(link)
        }
    }

    /// True if it was the agent's last one.
    func remove(_ link: InboxLink) -> Bool {
        state.withLock { state in
            guard var links = state.links[link.agentID],
                let index = links.firstIndex(where: { $0.number == link.number })
            else { return false }
            links.remove(at: index)
            state.links[link.agentID] = links.isEmpty ? nil : links
            return links.isEmpty
        }
    }

    func isConnected(_ agentID: String) -> Bool { state.withLock { $0.links[agentID] != nil } }

    func links(of agentID: String) -> [InboxLink] { state.withLock { $0.links[agentID] ?? [] } }

    /// All connections, or those of agents that a message concerns.
    func links(concernedBy message: MessageRecord) -> [InboxLink] {
        if let agentID = message.toAgent { return links(of: agentID) }
        return all().filter { message.concerns($0.agentID) }
    }

    func all() -> [InboxLink] { state.withLock { $0.links.values.flatMap { $0 } } }

    var agents: [String] { state.withLock { Array($0.links.keys) } }
}
