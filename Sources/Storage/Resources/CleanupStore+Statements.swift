internal import Bus

extension CleanupStore where Self: StatementRunner {
    func deleteRows(
        of table: CleanableTable,
        before time: Timestamp,
        limit: Int
    ) async throws(StorageError) -> Int? {
        try await changeAlone(StoreStatement(CleanupStatements.delete(table), .time(time), .integer(limit)))
    }

    func closeSessions(
        silentSince time: Timestamp,
        limit: Int
    ) async throws(StorageError) -> [ClosedSession]? {
        let sql = CleanupStatements.closeSessions(dialect)
        return try await writeAlone(StoreStatement(sql, .time(time), .integer(limit))) { (row) throws(StorageError) in
            ClosedSession(id: row.text(0), endedAt: row.time(1))
        }
    }

    func messageFigures(now: Timestamp) async throws(StorageError) -> MessageFigures {
        let sql = CleanupStatements.messageCounts(dialect)
        let counts = try await first(StoreStatement(sql, .time(now))) { (row) throws(StorageError) in
            [row.integer(0), row.integer(1), row.integer(2)]
        }
        let topics = try await read(StoreStatement(CleanupStatements.topicCounts, .integer(1000))) {
            (row) throws(StorageError) in (row.text(0), row.integer(1))
        }
        var figures = MessageFigures()
        if let counts { (figures.total, figures.expired, figures.unread) = (counts[0], counts[1], counts[2]) }
        figures.topics = Dictionary(topics, uniquingKeysWith: +)
        return figures
    }
}
