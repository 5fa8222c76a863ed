extension PostgresStore: CleanableStore {
    /// The lock ends with the transaction in any case.
    func changeAlone<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row]? {
        try await reader.withConnection { connection throws(StorageError) in
            let begun = try await connection.run([
                PostgresCommand("BEGIN", isPrepared: false), PostgresCommand(PostgresStatements.tryLockCleaning),
            ])
            // The transaction ends when the connection is given back.
            guard begun.last?.bool(0, 0) == true else { return nil }
            let results = try await connection.run([
                PostgresCommand(query.command), PostgresCommand("COMMIT", isPrepared: false),
            ])
            guard let result = results.first else { return [] }
            return try PostgresReader.rows(of: result, query)
        }
    }
}
