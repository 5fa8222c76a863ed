package import Bus

/// Reads of messages. Appending goes through the journal, and so does that they were read.
package protocol MessageStore: Sendable {
    /// Direct messages and broadcasts that have not expired, higher priorities first, then older ones.
    func messages(matching filter: MessageFilter, now: Timestamp) async throws(StorageError) -> MessagePage
    /// One message, nil if there is none.
    func message(_ id: UUIDv7) async throws(StorageError) -> MessageRecord?
    /// Whether this agent was ever seen.
    func isKnown(agentID: String) async throws(StorageError) -> Bool
}

/// Items of inboxes. What happens to them goes through the journal, except for what needs the store's answer.
package protocol InboxStore: Sendable {
    /// Makes a server the one that offers the items of an agent behind a place, as many as a few pages: those that no
    /// other server holds, and those of broadcasts, which are made here.
    func claimItems(
        of agentID: String,
        after cursor: InboxCursor,
        by server: String,
        now: Timestamp
    ) async throws(StorageError)
    /// Items that wait for an agent and that a server has claimed, behind a place.
    func pendingItems(
        of agentID: String,
        after cursor: InboxCursor,
        heldBy server: String,
        now: Timestamp
    ) async throws(StorageError) -> InboxPage
    /// How a message stands with each agent that it concerns, as far as items exist; at most a thousand.
    func itemStates(ofMessage id: UUIDv7) async throws(StorageError) -> [InboxItemStatus]
    /// Dead items, latest first; of one agent or of all.
    func deadItems(of agentID: String?, limit: Int, offset: Int) async throws(StorageError) -> [DeadItem]
    /// Gives a dead item a new start; false if it isn't dead.
    func reviveItem(ofMessage id: UUIDv7, agentID: String, expiresAt: Timestamp) async throws(StorageError) -> Bool
    /// Ends items whose time has run out; returns those, at most `limit`.
    func expireItems(now: Timestamp, limit: Int) async throws(StorageError) -> [ExpiredItem]
    /// The longest inboxes.
    func inboxFigures(limit: Int) async throws(StorageError) -> [InboxFigures]
}
