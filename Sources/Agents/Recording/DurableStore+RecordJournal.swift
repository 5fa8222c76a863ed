package import Storage

extension DurableStore: RecordJournal {
    /// Waits until the store holds what was appended before, at most 2 s.
    package func flush() async throws(StorageError) { try await flush(milliseconds: 2000) }
}
