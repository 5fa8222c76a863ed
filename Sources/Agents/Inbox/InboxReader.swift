internal import Bus
internal import Storage

/// Reads what waits for an agent: from the store or, while that is away, what this server's journal knows.
struct InboxReader: Sendable {
    let journal: any RecordJournal & RecordHistory
    let store: any InboxStore
    let serverID: String

    /// A page, and whether it is all that there is; nil if neither could be read.
    func page(
        of agentID: String,
        _ load: InboxDelivery.Load,
        now: Timestamp
    ) async -> (page: InboxPage, isWhole: Bool)? {
        let cursor = load.after
        do throws(StorageError) {
            try await journal.flush()
            try await store.claimItems(of: agentID, after: cursor, by: serverID, now: now)
            let page = try await store.pendingItems(of: agentID, after: cursor, heldBy: serverID, now: now)
            return (page, true)
        } catch {
            guard load.mayUseJournal, let page = try? await journalledPage(of: agentID, after: cursor, now: now) else {
                return nil
            }
            return (page, false)
        }
    }

    /// What the store doesn't hold yet: it is this server's alone to offer.
    private func journalledPage(
        of agentID: String,
        after cursor: InboxCursor,
        now: Timestamp
    ) async throws(StorageError) -> InboxPage {
        let found = Lock(JournalledInbox(agentID: agentID))
        try await journal.history(after: journal.storedThrough) { entries, _ in
            found.withLock { found in for entry in entries { found.apply(entry.record) } }
        }
        return found.withLock { $0.page(after: cursor, now: now) }
    }
}

/// One agent's inbox as records of the journal make it.
struct JournalledInbox {
    private let agentID: String
    private var items: [UUIDv7: InboxItem] = [:]

    init(agentID: String) { self.agentID = agentID }

    mutating func apply(_ record: JournalRecord) {
        switch record {
        case .message(let message) where message.concerns(agentID):
            items[message.id] = InboxItem(message: message)
        case .inbox(let record) where record.agentID == agentID:
            for item in record.items { apply(item, record) }
        case .message, .inbox, .action, .feedback, .reading, .sighting: break
        }
    }

    private mutating func apply(_ item: InboxRecord.Item, _ record: InboxRecord) {
        switch record.change {
        case .offered:
            items[item.messageID]?.attempts = item.attempts
            items[item.messageID]?.nextOfferAt = record.nextOfferAt
        case .acknowledged, .dead: items[item.messageID] = nil
        }
    }

    func page(after cursor: InboxCursor, now: Timestamp) -> InboxPage {
        let waiting = items.values.filter { $0.cursor > cursor && $0.message.expiresAt > now }
            .sorted { $0.cursor < $1.cursor }
        return InboxPage(items: Array(waiting.prefix(InboxPage.rows)), isLast: waiting.count <= InboxPage.rows)
    }
}
