package import Bus
package import Storage

/// What the rooms of the work have in common: where records are, where events go, ids and time.
package struct WorkContext: Sendable {
    let journal: any RecordJournal
    let publisher: any MessagePublisher
    /// Events that agents have to acknowledge.
    let events: TrackedEvents
    let ids: UUIDGenerator
    let now: @Sendable () -> Timestamp

    package init(
        journal: any RecordJournal,
        publisher: any MessagePublisher,
        events: TrackedEvents,
        ids: UUIDGenerator = UUIDGenerator(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.journal = journal
        self.publisher = publisher
        self.events = events
        self.ids = ids
        self.now = now
    }

    /// How far the store is behind: what a stale answer may lack.
    package var lag: StoreLag { journal.lag }

    /// Uses the store when it holds everything that was recorded before; a stale read doesn't wait.
    func store<Value>(
        isStale: Bool = false,
        _ body: () async throws(StorageError) -> Value
    ) async throws(AgentsError) -> Value {
        do throws(StorageError) {
            if !isStale { try await journal.flush() }
            return try await body()
        } catch {
            throw AgentsError(error)
        }
    }
}
