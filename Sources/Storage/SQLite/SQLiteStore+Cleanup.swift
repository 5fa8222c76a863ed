extension SQLiteStore: CleanableStore {
    /// The data folder is locked: there is no other server.
    func changeAlone<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row]? {
        try await change(StoreChange(query))
    }
}
