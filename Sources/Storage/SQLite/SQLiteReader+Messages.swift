internal import Bus
internal import GRDB

extension SQLiteReader {
    func messages(matching filter: MessageFilter, now: Timestamp) throws(StorageError) -> MessagePage {
        try connection.snapshot { db in
            let select = try SQLiteStatement(db, MessageStatements.page(filter, isRead: SQLiteMessageRows.isRead))
            defer { select.reset() }
            select.bind(filter.agentID, at: 1)
            select.bind(now.milliseconds, at: 2)
            select.bind(filter.includesBroadcasts ? Int64(1) : 0, at: 3)
            var index: Int32 = 4
            if let since = filter.since {
                select.bind(since.milliseconds, at: index)
                index += 1
            }
            if let topic = filter.topic {
                select.bind(topic, at: index)
                index += 1
            }
            select.bind(Int64(filter.limit), at: index)
            var messages: [ReadableMessage] = []
            var bytes = 0
            while bytes < MessageFilter.pageBytes, try select.step() {
                let message = try MessageRecord(row: select)
                bytes += message.content.utf8.count
                messages.append(
                    ReadableMessage(message: message, isRead: select.integer(Int32(MessageStatements.columnCount)) == 1)
                )
            }
            return MessagePage(messages: messages, unread: try SQLiteReader.unread(filter.agentID, now, db))
        }
    }

    private static func unread(_ agentID: String, _ now: Timestamp, _ db: Database) throws -> Int {
        let select = try SQLiteStatement(db, MessageStatements.unread(isRead: SQLiteMessageRows.isRead))
        defer { select.reset() }
        select.bind(agentID, at: 1)
        select.bind(now.milliseconds, at: 2)
        select.bind(Int64(1), at: 3)
        return try select.step() ? Int(select.integer(0)) : 0
    }

    func message(_ id: UUIDv7) throws(StorageError) -> MessageRecord? {
        try connection.access { db in
            let select = try SQLiteStatement(db, MessageStatements.find)
            defer { select.reset() }
            select.bind(id.description, at: 1)
            return try select.step() ? try MessageRecord(row: select) : nil
        }
    }

    func isKnown(agentID: String) throws(StorageError) -> Bool {
        try connection.access { db in
            let select = try SQLiteStatement(db, MessageStatements.isKnown)
            defer { select.reset() }
            select.bind(agentID, at: 1)
            return try select.step()
        }
    }
}
