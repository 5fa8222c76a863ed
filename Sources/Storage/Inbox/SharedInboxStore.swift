/// What servers that share a store have to settle about inboxes. The table says who offers what; that somebody was
/// woken is a help only.
package protocol SharedInboxStore: Sendable {
    /// Says that a server is alive: what it holds is its own for so long.
    func renewLease(of server: String) async throws(StorageError)
    /// Gives back what a server holds of other agents than these, and wakes the other servers.
    func releaseItems(heldBy server: String, keeping agents: [String]) async throws(StorageError)
    /// Of some agents, those that have items which no living server holds.
    func claimableAgents(among agents: [String], by server: String) async throws(StorageError) -> [String]
    /// Opens a connection that hears the other servers; `heard` gets the agent whose inbox may have something, nil for
    /// all agents.
    func listen(
        as server: String,
        heard: @escaping @Sendable (_ agentID: String?) -> Void
    ) async throws(StorageError) -> any InboxListener
}

/// A connection that hears what other servers do.
package protocol InboxListener: Sendable {
    /// Throws if it hears nothing any more.
    func check() async throws(StorageError)
    /// Ends it; no call may follow.
    func close() async
}
