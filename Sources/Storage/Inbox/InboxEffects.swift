internal import Bus

/// What a batch of records does to messages and inboxes, added up so that each row is touched once.
struct InboxEffects {
    struct Key: Hashable {
        let agentID: ExactText
        let messageID: UUIDv7
    }

    /// The last of an item's changes, with the times of those before.
    struct ItemChange: Equatable {
        var state: InboxItemState
        var attempts: Int
        var offeredAt: Timestamp?
        var nextOfferAt: Timestamp?
        var acknowledgedAt: Timestamp?
        var deadAt: Timestamp?
    }

    private(set) var messages: [MessageRecord] = []
    private(set) var changes: [(key: Key, change: ItemChange)] = []
    private(set) var readings: [ReadingRecord] = []
    private(set) var sightings: [SightingRecord] = []
    private var indexes: [Key: Int] = [:]

    init(of entries: [JournalEntry]) {
        for entry in entries {
            switch entry.record {
            case .message(let message): messages.append(message)
            case .inbox(let record): for item in record.items { note(item, record) }
            case .reading(let record): readings.append(record)
            case .sighting(let record): sightings.append(record)
            case .action, .feedback: break
            }
        }
    }

    var isEmpty: Bool { messages.isEmpty && changes.isEmpty && readings.isEmpty && sightings.isEmpty }

    private mutating func note(_ item: InboxRecord.Item, _ record: InboxRecord) {
        let key = Key(agentID: ExactText(record.agentID), messageID: item.messageID)
        guard let index = indexes[key] else {
            // A change before which nothing is known here comes too late only for what the store knows, and it looks.
            guard let state = InboxItemState.stored.after(record.change) else { return }
            indexes[key] = changes.count
            var change = ItemChange(state: state, attempts: 0)
            change.apply(record, item.attempts)
            return changes.append((key, change))
        }
        guard let state = changes[index].change.state.after(record.change) else { return }
        changes[index].change.state = state
        changes[index].change.apply(record, item.attempts)
    }
}

extension InboxEffects.ItemChange {
    fileprivate mutating func apply(_ record: InboxRecord, _ attempts: Int) {
        self.attempts = max(self.attempts, attempts)
        nextOfferAt = record.nextOfferAt
        switch record.change {
        case .offered: offeredAt = record.createdAt
        case .acknowledged: acknowledgedAt = record.createdAt
        case .dead: deadAt = record.createdAt
        }
    }
}
