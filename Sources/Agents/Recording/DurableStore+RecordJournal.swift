package import Storage

extension DurableStore: RecordJournal {
    package func flush() async throws(StorageError) { try await flush(milliseconds: nil) }

    package var lag: StoreLag { figures.writer.lag }

    package var storedThrough: JournalPosition { figures.writer.mark }
}
