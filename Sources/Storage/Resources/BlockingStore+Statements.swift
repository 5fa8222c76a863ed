internal import Bus

extension BlockingStore where Self: StatementRunner {
    func block(_ record: BlockingRecord) async throws(StorageError) -> BlockingRecord {
        let statement = StoreStatement(
            BlockingStatements.upsert,
            .id(record.id),
            .text(record.blockedBy),
            .text(record.blockedAgent),
            .text(record.reason),
            .time(record.createdAt)
        )
        guard let stored = try await writeOne(statement, BlockingRecord.init(row:)) else { throw .noRow }
        return stored
    }

    func unblock(_ id: UUIDv7) async throws(StorageError) -> BlockingRecord? {
        try await writeOne(StoreStatement(BlockingStatements.delete, .id(id)), BlockingRecord.init(row:))
    }

    func unblock(blockedBy: String, blockedAgent: String) async throws(StorageError) -> BlockingRecord? {
        let statement = StoreStatement(BlockingStatements.deletePair, .text(blockedBy), .text(blockedAgent))
        return try await writeOne(statement, BlockingRecord.init(row:))
    }

    func blockers(of agentID: String, limit: Int) async throws(StorageError) -> [BlockingRecord] {
        let statement = StoreStatement(BlockingStatements.blockers, .text(agentID), .integer(limit))
        return try await read(statement, BlockingRecord.init(row:))
    }

    func blocked(by agentID: String, limit: Int) async throws(StorageError) -> [BlockingRecord] {
        let statement = StoreStatement(BlockingStatements.blocked, .text(agentID), .integer(limit))
        return try await read(statement, BlockingRecord.init(row:))
    }

    func blockings(limit: Int) async throws(StorageError) -> [BlockingRecord] {
        try await read(StoreStatement(BlockingStatements.all, .integer(limit)), BlockingRecord.init(row:))
    }
}

extension BlockingRecord {
    /// A row of `BlockingStatements`.
    fileprivate init(row: any StoreRow) throws(StorageError) {
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
