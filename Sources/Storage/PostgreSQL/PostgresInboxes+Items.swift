internal import Bus

/// What is asked of inboxes. A database that says nothing is given up soon: what the journal knows is offered then.
extension PostgresInboxes {
    func claimItems(
        of agentID: String,
        after cursor: InboxCursor,
        by server: String,
        now: Timestamp
    ) async throws(StorageError) {
        var commands = [
            PostgresCommand(PostgresInboxStatements.claim)
                .with(server).with(agentID).with(cursor.priority).with(cursor.messageID)
        ]
        if cursor == .start {
            commands.insert(PostgresCommand(InboxStatements.insertOfBroadcasts).with(agentID).with(now), at: 0)
        }
        _ = try await run(commands)
    }

    func pendingItems(
        of agentID: String,
        after cursor: InboxCursor,
        heldBy server: String,
        now: Timestamp
    ) async throws(StorageError) -> InboxPage {
        let result = try await run(
            PostgresCommand(PostgresInboxStatements.page)
                .with(agentID).with(now).with(cursor.priority).with(cursor.messageID).with(InboxPage.rows + 1)
                .with(server)
        )
        var page = InboxPageBuilder()
        let first = MessageStatements.columnCount
        for row in 0..<result.count where page.hasRoom {
            page.add(
                InboxItem(
                    message: MessageRecord(result, row: row),
                    attempts: Int(result.integer(row, first)),
                    nextOfferAt: result.optionalTimestamp(row, first + 1)
                )
            )
        }
        return page.page
    }

    func itemStates(ofMessage id: UUIDv7) async throws(StorageError) -> [InboxItemStatus] {
        let result = try await run(PostgresCommand(InboxStatements.states).with(id))
        return (0..<result.count).compactMap { row in
            guard let state = InboxItemState(rawValue: result.text(row, 1)) else { return nil }
            var status = InboxItemStatus(
                agentID: result.text(row, 0),
                state: state,
                attempts: Int(result.integer(row, 2)),
                storedAt: result.timestamp(row, 3)
            )
            status.offeredAt = result.optionalTimestamp(row, 4)
            status.nextOfferAt = result.optionalTimestamp(row, 5)
            status.acknowledgedAt = result.optionalTimestamp(row, 6)
            status.expiredAt = result.optionalTimestamp(row, 7)
            status.deadAt = result.optionalTimestamp(row, 8)
            return status
        }
    }

    func deadItems(of agentID: String?, limit: Int, offset: Int) async throws(StorageError) -> [DeadItem] {
        var command = PostgresCommand(InboxStatements.dead(ofAgent: agentID != nil))
        if let agentID { command = command.with(agentID) }
        let result = try await run(command.with(limit).with(offset))
        let first = MessageStatements.columnCount
        var items: [DeadItem] = []
        var bytes = 0
        for row in 0..<result.count where bytes < MessageFilter.pageBytes {
            let message = MessageRecord(result, row: row)
            bytes += message.content.utf8.count
            items.append(
                DeadItem(
                    message: message,
                    agentID: result.text(row, first),
                    attempts: Int(result.integer(row, first + 1)),
                    deadAt: result.timestamp(row, first + 2)
                )
            )
        }
        return items
    }

    func reviveItem(
        ofMessage id: UUIDv7,
        agentID: String,
        expiresAt: Timestamp
    ) async throws(StorageError) -> Bool {
        let results = try await run([
            PostgresCommand(InboxStatements.revive).with(expiresAt).with(id).with(agentID),
            PostgresCommand(InboxStatements.prolong).with(expiresAt).with(id),
            PostgresCommand(PostgresInboxStatements.notify)
                .with(array: [InboxWord(server: "", news: .items(agentID: agentID)).payload]),
        ])
        return results.first.map { $0.affectedRows > 0 } ?? false
    }

    func expireItems(now: Timestamp, limit: Int) async throws(StorageError) -> [ExpiredItem] {
        let result = try await run(PostgresCommand(InboxStatements.expire).with(now).with(limit))
        return (0..<result.count).map { row in
            ExpiredItem(
                messageID: result.uuid(row, 0),
                agentID: result.text(row, 1),
                sender: result.optionalText(row, 2),
                topic: result.text(row, 3)
            )
        }
    }

    func inboxFigures(limit: Int) async throws(StorageError) -> [InboxFigures] {
        let result = try await run(PostgresCommand(InboxStatements.figures).with(limit))
        return (0..<result.count).map { row in
            InboxFigures(
                agentID: result.text(row, 0),
                pending: Int(result.integer(row, 1)),
                offered: Int(result.integer(row, 2)),
                oldest: result.timestamp(row, 3)
            )
        }
    }
}
