package import Storage

extension DurableStore: RecordJournal {
    /// Two seconds, then `unavailable`.
    package func flush() async throws(StorageError) { try await flush(milliseconds: 2000) }

    package var lag: StoreLag { figures.writer.lag }

    package var storedThrough: JournalPosition { figures.writer.mark }
}
