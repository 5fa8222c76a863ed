/// What servers that share a store have to settle about inboxes. The table says who offers what; that somebody was
/// woken is a help only.
package protocol SharedInboxStore: Sendable {
    /// Says that a server is alive: what it holds is its own for so long.
    func renewLease(of server: String) async throws(StorageError)
    /// Gives back what a server holds of other agents than these, and wakes the other servers.
    func releaseItems(heldBy server: String, keeping agents: [String]) async throws(StorageError)
    /// Of some agents, those that have items which no living server holds.
    func claimableAgents(among agents: [String], by server: String) async throws(StorageError) -> [String]
    /// Tells the other servers what became of messages whose senders may be connected there.
    func announce(_ receipts: [InboxReceipt], from server: String) async throws(StorageError)
    /// Calls `heard` from now on for what other servers say, and for everybody's inbox whenever something may have been
    /// missed.
    func watchInboxes(as server: String, _ heard: @escaping @Sendable (InboxNews) -> Void) async
}

/// What one server hears of another.
package enum InboxNews: Equatable, Sendable {
    /// The inbox of this agent may have something to offer; nil means every agent's.
    case items(agentID: String?)
    case receipt(InboxReceipt)
}
