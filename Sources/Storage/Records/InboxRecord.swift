package import Bus

/// What happened to items of one agent's inbox.
package struct InboxRecord: Equatable, Sendable {
    /// The kind of change; the numbers stand in journals.
    package enum Change: UInt8, Sendable {
        case offered = 1
        case acknowledged = 2
        case dead = 3
    }

    /// One item, named by its message.
    package struct Item: Equatable, Sendable {
        package var messageID: UUIDv7
        /// How often it has been offered to connections that acknowledge.
        package var attempts: Int

        package init(messageID: UUIDv7, attempts: Int) {
            self.messageID = messageID
            self.attempts = attempts
        }
    }

    package var agentID: String
    package var change: Change
    package var items: [Item]
    /// When offered items are offered again; nil if they aren't.
    package var nextOfferAt: Timestamp?
    package var createdAt: Timestamp

    package init(
        agentID: String,
        change: Change,
        items: [Item],
        nextOfferAt: Timestamp? = nil,
        createdAt: Timestamp
    ) {
        self.agentID = agentID
        self.change = change
        self.items = items
        self.nextOfferAt = nextOfferAt
        self.createdAt = createdAt
    }
}

/// An agent fetched messages: that they are read is not an acknowledgement.
package struct ReadingRecord: Equatable, Sendable {
    package var agentID: String
    package var messageIDs: [UUIDv7]
    package var createdAt: Timestamp

    package init(agentID: String, messageIDs: [UUIDv7], createdAt: Timestamp) {
        self.agentID = agentID
        self.messageIDs = messageIDs
        self.createdAt = createdAt
    }
}

/// An agent was seen for the first time by this server.
package struct SightingRecord: Equatable, Sendable {
    package var agentID: String
    package var createdAt: Timestamp

    package init(agentID: String, createdAt: Timestamp) {
        self.agentID = agentID
        self.createdAt = createdAt
    }
}
