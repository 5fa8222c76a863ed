internal import Bus
internal import GRDB

/// The statements of one batch about messages and inboxes.
struct SQLiteMessageRows {
    private let insertMessage: SQLiteStatement
    private let insertItem: SQLiteStatement
    private let change: SQLiteStatement
    private let db: Database

    /// Texts in a JSON array, which a text with U+0000 can't be found in; so ids have none.
    static let isRead = "EXISTS (SELECT 1 FROM json_each(m.read_by) WHERE value = $1)"
    private static let markRead = """
        UPDATE messages SET read_by = json_insert(read_by, '$[#]', $1)
        WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM json_each(read_by) WHERE value = $1)
        """

    init(_ db: Database) throws {
        self.db = db
        insertMessage = try SQLiteStatement(db, MessageStatements.insert)
        insertItem = try SQLiteStatement(db, InboxStatements.insert)
        change = try SQLiteStatement(db, InboxStatements.change)
    }

    func apply(_ effects: InboxEffects) throws {
        for message in effects.messages { try insert(message) }
        for (key, change) in effects.changes { try apply(change, to: key) }
        for reading in effects.readings { try apply(reading) }
        for sighting in effects.sightings { try apply(sighting) }
    }

    private func insert(_ message: MessageRecord) throws {
        let id = message.id.description
        insertMessage.bind(id, at: 1)
        insertMessage.bind(message.projectID, at: 2)
        insertMessage.bind(message.fromAgent, at: 3)
        insertMessage.bind(message.toAgent, at: 4)
        insertMessage.bind(message.topic, at: 5)
        insertMessage.bind(message.content, at: 6)
        insertMessage.bind(Int64(message.priority), at: 7)
        insertMessage.bind(message.threadID, at: 8)
        insertMessage.bind(message.replyTo?.description, at: 9)
        insertMessage.bind(message.clientMessageID, at: 10)
        insertMessage.bind(message.isVerified ? Int64(1) : 0, at: 11)
        insertMessage.bind(message.createdAt.milliseconds, at: 12)
        insertMessage.bind(message.expiresAt.milliseconds, at: 13)
        insertMessage.bind(message.channel, at: 14)
        try insertMessage.run()
        for agentID in message.holders {
            insertItem.bind(id, at: 1)
            insertItem.bind(agentID, at: 2)
            insertItem.bind(Int64(message.priority), at: 3)
            insertItem.bind(message.createdAt.milliseconds, at: 4)
            insertItem.bind(message.expiresAt.milliseconds, at: 5)
            try insertItem.run()
        }
    }

    private func apply(_ change: InboxEffects.ItemChange, to key: InboxEffects.Key) throws {
        self.change.bind(key.agentID.string, at: 1)
        self.change.bind(change.state.rawValue, at: 2)
        self.change.bind(Int64(change.attempts), at: 3)
        self.change.bind(change.offeredAt, at: 4)
        self.change.bind(change.nextOfferAt, at: 5)
        self.change.bind(change.acknowledgedAt, at: 6)
        self.change.bind(change.deadAt, at: 7)
        self.change.bind(key.messageID.description, at: 8)
        try self.change.run()
    }

    private func apply(_ reading: ReadingRecord) throws {
        let mark = try SQLiteStatement(db, Self.markRead)
        for id in reading.messageIDs {
            mark.bind(reading.agentID, at: 1)
            mark.bind(id.description, at: 2)
            try mark.run()
        }
    }

    private func apply(_ sighting: SightingRecord) throws {
        let sight = try SQLiteStatement(db, MessageStatements.sight)
        sight.bind(sighting.agentID, at: 1)
        sight.bind(sighting.createdAt.milliseconds, at: 2)
        try sight.run()
    }
}

extension SQLiteStatement {
    func bind(_ time: Timestamp?, at index: Int32) {
        guard let time else { return bindNull(at: index) }
        bind(time.milliseconds, at: index)
    }

    func optionalTimestamp(_ column: Int32) -> Timestamp? {
        isNull(column) ? nil : Timestamp(milliseconds: integer(column))
    }

    func uuid(_ column: Int32) throws -> UUIDv7 {
        guard let id = UUIDv7(text(column)) else {
            throw StorageError(.corrupt, "an id is \(text(column)), which is no UUID")
        }
        return id
    }
}

extension MessageRecord {
    /// A row of `MessageStatements.columns`.
    init(row: SQLiteStatement) throws {
        self.init(
            id: try row.uuid(0),
            fromAgent: row.text(2),
            toAgent: row.optionalText(3),
            topic: row.text(4),
            content: row.text(5),
            priority: Int(row.integer(6)),
            projectID: row.optionalText(1),
            threadID: row.optionalText(7),
            replyTo: row.isNull(8) ? nil : try row.uuid(8),
            clientMessageID: row.optionalText(9),
            isVerified: row.integer(10) == 1,
            createdAt: Timestamp(milliseconds: row.integer(11)),
            expiresAt: Timestamp(milliseconds: row.integer(12))
        )
        channel = row.optionalText(13)
    }
}
