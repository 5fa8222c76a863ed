internal import Bus

/// A store in which one server at a time cleans.
protocol CleanableStore: RelationalStore {
    /// Runs a change in one transaction, unless another server cleans at this moment: then nil.
    func changeAlone<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row]?
}

extension CleanupStore where Self: CleanableStore {
    func deleteRows(
        of table: CleanableTable,
        before time: Timestamp,
        limit: Int
    ) async throws(StorageError) -> Int? {
        let query = StoreQuery(CleanupStatements.delete(table), [.time(time), .integer(limit)]) { $0.integer(0) }
        return try await changeAlone(query)?.count
    }

    func closeSessions(
        silentSince time: Timestamp,
        limit: Int
    ) async throws(StorageError) -> [ClosedSession]? {
        let sql = CleanupStatements.closeSessions(dialect)
        let query = StoreQuery(sql, [.time(time), .integer(limit)]) {
            ClosedSession(id: $0.text(0), endedAt: $0.time(1))
        }
        return try await changeAlone(query)
    }

    func messageFigures(now: Timestamp) async throws(StorageError) -> MessageFigures {
        let counts = StoreQuery(CleanupStatements.messageCounts(dialect), [.time(now)]) {
            [$0.integer(0), $0.integer(1), $0.integer(2)]
        }
        let topics = StoreQuery(CleanupStatements.topicCounts, [.integer(1000)]) { ($0.text(0), $0.integer(1)) }
        var figures = MessageFigures()
        let found = try await value(counts)
        (figures.total, figures.expired, figures.unread) = (found[0], found[1], found[2])
        figures.topics = Dictionary(try await rows(topics), uniquingKeysWith: +)
        return figures
    }
}
