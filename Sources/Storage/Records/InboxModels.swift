package import Bus

/// A message that waits for one agent.
package struct InboxItem: Equatable, Sendable {
    package var message: MessageRecord
    /// How often it has been offered to connections that acknowledge.
    package var attempts: Int
    /// Not to be offered again before; nil if it never was.
    package var nextOfferAt: Timestamp?

    package init(message: MessageRecord, attempts: Int = 0, nextOfferAt: Timestamp? = nil) {
        self.message = message
        self.attempts = attempts
        self.nextOfferAt = nextOfferAt
    }

    /// Its place among the items of its agent.
    package var cursor: InboxCursor { InboxCursor(priority: message.priority, messageID: message.id) }
}

/// A place in an inbox: higher priorities first, then older messages.
package struct InboxCursor: Equatable, Comparable, Sendable {
    package var priority: Int
    package var messageID: UUIDv7

    package init(priority: Int, messageID: UUIDv7) {
        self.priority = priority
        self.messageID = messageID
    }

    /// Before the first item.
    package static let start = InboxCursor(priority: Int(Int32.max), messageID: UUIDv7(high: 0, low: 0))

    package static func < (left: InboxCursor, right: InboxCursor) -> Bool {
        left.priority == right.priority ? left.messageID < right.messageID : left.priority > right.priority
    }
}

/// A part of an inbox.
package struct InboxPage: Equatable, Sendable {
    package var items: [InboxItem]
    /// True if nothing follows.
    package var isLast: Bool

    /// Rows and bytes of content of one page; at least one row.
    package static let rows = 64
    package static let bytes = 1 << 20

    package init(items: [InboxItem], isLast: Bool) {
        self.items = items
        self.isLast = isLast
    }
}

/// How one agent's item of a message stands, for its sender.
package struct InboxItemStatus: Equatable, Sendable {
    package var agentID: String
    package var state: InboxItemState
    package var attempts: Int
    package var storedAt: Timestamp
    package var offeredAt: Timestamp?
    package var nextOfferAt: Timestamp?
    package var acknowledgedAt: Timestamp?
    package var expiredAt: Timestamp?
    package var deadAt: Timestamp?

    package init(agentID: String, state: InboxItemState, attempts: Int = 0, storedAt: Timestamp) {
        self.agentID = agentID
        self.state = state
        self.attempts = attempts
        self.storedAt = storedAt
    }
}

/// An item that was offered as often as it may be.
package struct DeadItem: Equatable, Sendable {
    package var message: MessageRecord
    package var agentID: String
    package var attempts: Int
    package var deadAt: Timestamp

    package init(message: MessageRecord, agentID: String, attempts: Int, deadAt: Timestamp) {
        self.message = message
        self.agentID = agentID
        self.attempts = attempts
        self.deadAt = deadAt
    }
}

/// An item whose time ran out just now.
package struct ExpiredItem: Equatable, Sendable {
    package var messageID: UUIDv7
    package var agentID: String
    /// Who wants to know; nobody if it was an event.
    package var sender: String?
    package var topic: String

    package init(messageID: UUIDv7, agentID: String, sender: String?, topic: String) {
        self.messageID = messageID
        self.agentID = agentID
        self.sender = sender
        self.topic = topic
    }
}

/// The length of one agent's inbox.
package struct InboxFigures: Equatable, Sendable {
    package var agentID: String
    /// Items that wait for an acknowledgement or for their first offer.
    package var pending: Int
    /// Those of them that were offered.
    package var offered: Int
    /// When the oldest of them was stored.
    package var oldest: Timestamp

    package init(agentID: String, pending: Int, offered: Int, oldest: Timestamp) {
        self.agentID = agentID
        self.pending = pending
        self.offered = offered
        self.oldest = oldest
    }
}
