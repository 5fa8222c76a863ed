internal import Bus

extension SQLiteStore {
    func messages(matching filter: MessageFilter, now: Timestamp) async throws(StorageError) -> MessagePage {
        try await reader.messages(matching: filter, now: now)
    }

    func message(_ id: UUIDv7) async throws(StorageError) -> MessageRecord? { try await reader.message(id) }

    func isKnown(agentID: String) async throws(StorageError) -> Bool { try await reader.isKnown(agentID: agentID) }

    func claimItems(
        of agentID: String,
        after cursor: InboxCursor,
        by server: String,
        now: Timestamp
    ) async throws(StorageError) {
        // No other server has this file.
        guard cursor == .start else { return }
        try await writer.claimItems(of: agentID, now: now)
    }

    func pendingItems(
        of agentID: String,
        after cursor: InboxCursor,
        heldBy server: String,
        now: Timestamp
    ) async throws(StorageError) -> InboxPage {
        try await reader.pendingItems(of: agentID, after: cursor, now: now)
    }

    func itemStates(ofMessage id: UUIDv7) async throws(StorageError) -> [InboxItemStatus] {
        try await reader.itemStates(ofMessage: id)
    }

    func deadItems(of agentID: String?, limit: Int, offset: Int) async throws(StorageError) -> [DeadItem] {
        try await reader.deadItems(of: agentID, limit: limit, offset: offset)
    }

    func reviveItem(ofMessage id: UUIDv7, agentID: String, expiresAt: Timestamp) async throws(StorageError) -> Bool {
        try await writer.reviveItem(ofMessage: id, agentID: agentID, expiresAt: expiresAt)
    }

    func expireItems(now: Timestamp, limit: Int) async throws(StorageError) -> [ExpiredItem] {
        try await writer.expireItems(now: now, limit: limit)
    }

    func inboxFigures(limit: Int) async throws(StorageError) -> [InboxFigures] {
        try await reader.inboxFigures(limit: limit)
    }
}
