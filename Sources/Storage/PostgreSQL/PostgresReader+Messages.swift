internal import Bus

extension PostgresReader {
    func messages(matching filter: MessageFilter, now: Timestamp) async throws(StorageError) -> MessagePage {
        let isRead = PostgresInboxStatements.isRead
        var command = PostgresCommand(MessageStatements.page(filter, isRead: isRead))
            .with(filter.agentID).with(now).with(filter.includesBroadcasts ? 1 : 0)
        if let since = filter.since { command = command.with(since) }
        if let topic = filter.topic { command = command.with(topic) }
        let unread = PostgresCommand(MessageStatements.unread(isRead: isRead))
            .with(filter.agentID).with(now).with(1)
        let results = try await runAll([command.with(filter.limit), unread])
        guard let page = results.first, let count = results.last else { return MessagePage(messages: [], unread: 0) }
        var messages: [ReadableMessage] = []
        var bytes = 0
        for row in 0..<page.count where bytes < MessageFilter.pageBytes {
            let message = MessageRecord(page, row: row)
            bytes += message.content.utf8.count
            messages.append(ReadableMessage(message: message, isRead: page.bool(row, MessageStatements.columnCount)))
        }
        return MessagePage(messages: messages, unread: Int(count.integer(0, 0)))
    }

    func message(_ id: UUIDv7) async throws(StorageError) -> MessageRecord? {
        let result = try await run(PostgresCommand(MessageStatements.find).with(id))
        return result.count > 0 ? MessageRecord(result, row: 0) : nil
    }

    /// Comes before a message is accepted, so it doesn't wait behind reads that take long.
    func isKnown(agentID: String) async throws(StorageError) -> Bool {
        try await lookUp(PostgresCommand(MessageStatements.isKnown).with(agentID)).count > 0
    }
}

extension MessageRecord {
    /// A row of `MessageStatements.columns`.
    init(_ result: PostgresResult, row: Int) {
        self.init(
            id: result.uuid(row, 0),
            fromAgent: result.text(row, 2),
            toAgent: result.optionalText(row, 3),
            topic: result.text(row, 4),
            content: result.text(row, 5),
            priority: Int(result.integer(row, 6)),
            projectID: result.isNull(row, 1) ? nil : result.uuid(row, 1).description,
            threadID: result.optionalText(row, 7),
            replyTo: result.isNull(row, 8) ? nil : result.uuid(row, 8),
            clientMessageID: result.optionalText(row, 9),
            isVerified: result.integer(row, 10) == 1,
            createdAt: result.timestamp(row, 11),
            expiresAt: result.timestamp(row, 12)
        )
        channel = result.optionalText(row, 13)
    }
}
