internal import Bus

extension BlockingStore where Self: RelationalStore {
    func block(_ record: BlockingRecord) async throws(StorageError) -> BlockingRecord {
        let query = StoreQuery(
            BlockingStatements.upsert,
            [
                .id(record.id), .text(record.blockedBy), .text(record.blockedAgent), .text(record.reason),
                .time(record.createdAt),
            ],
            row: BlockingRecord.init
        )
        guard let stored = try await change(StoreChange(query)).first else { throw .noRow }
        return stored
    }

    func unblock(_ id: UUIDv7) async throws(StorageError) -> BlockingRecord? {
        let query = StoreQuery(BlockingStatements.delete, [.id(id)], row: BlockingRecord.init)
        return try await change(StoreChange(query)).first
    }

    func unblock(blockedBy: String, blockedAgent: String) async throws(StorageError) -> BlockingRecord? {
        let pair: [StoreValue] = [.text(blockedBy), .text(blockedAgent)]
        let query = StoreQuery(BlockingStatements.deletePair, pair, row: BlockingRecord.init)
        return try await change(StoreChange(query)).first
    }

    func blockers(of agentID: String, limit: Int) async throws(StorageError) -> [BlockingRecord] {
        let parameters: [StoreValue] = [.text(agentID), .integer(limit)]
        return try await rows(StoreQuery(BlockingStatements.blockers, parameters, row: BlockingRecord.init))
    }

    func blocked(by agentID: String, limit: Int) async throws(StorageError) -> [BlockingRecord] {
        let parameters: [StoreValue] = [.text(agentID), .integer(limit)]
        return try await rows(StoreQuery(BlockingStatements.blocked, parameters, row: BlockingRecord.init))
    }

    func blockings(limit: Int) async throws(StorageError) -> [BlockingRecord] {
        try await rows(StoreQuery(BlockingStatements.all, [.integer(limit)], row: BlockingRecord.init))
    }
}

extension BlockingRecord {
    /// A row of `BlockingStatements`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            blockedBy: row.text(1),
            blockedAgent: row.text(2),
            reason: row.optionalText(3),
            createdAt: row.time(4)
        )
    }
}

extension StorageError {
    /// A statement that returns a row in any case returned none.
    static var noRow: StorageError { StorageError(.database, "the store returned no row") }
}
