package import Bus
package import Storage

/// Reads and deletions of recorded actions.
///
/// What was recorded before a call is seen by it: the writer is asked to flush first. `isStale` leaves that out, for
/// callers that would rather have an old answer than wait.
package final class ActionHistory: Sendable {
    private let journal: any RecordJournal
    private let store: any ActionStore
    private let publisher: any MessagePublisher

    package init(journal: any RecordJournal, store: any ActionStore, publisher: any MessagePublisher) {
        self.journal = journal
        self.store = store
        self.publisher = publisher
    }

    /// How far the store is behind: what a stale answer may lack.
    package var lag: StoreLag { journal.lag }

    /// Actions, newest first, and where they go on if there may be more.
    package func list(
        _ filter: ActionFilter,
        isStale: Bool = false
    ) async throws(AgentsError) -> PageRows<ActionSummary> {
        let actions: [ActionSummary]
        do {
            if !isStale { try await journal.flush() }
            actions = try await store.actions(matching: filter)
        } catch {
            throw AgentsError(error)
        }
        let isFull =
            actions.count >= filter.limit
            || actions.reduce(0) { $0 + $1.textBytes } >= ActionFilter.pageBytes
        let next = isFull ? actions.last.map { PageCursor(time: $0.createdAt, id: $0.id.description) } : nil
        return PageRows(rows: actions, next: next)
    }

    /// Actions for each hour of the 24 hours before `now`, oldest first; hours without actions are absent.
    package func hourly(
        until now: Timestamp = .now(),
        isStale: Bool = false
    ) async throws(AgentsError) -> [HourlyCount] {
        let start = Timestamp(milliseconds: now.milliseconds - 24 * 3_600_000)
        do {
            if !isStale { try await journal.flush() }
            return try await store.hourlyActions(since: start)
        } catch {
            throw AgentsError(error)
        }
    }

    /// Deletes one action. Scores that it changed stay: they are what was learnt.
    package func delete(_ id: UUIDv7) async throws(AgentsError) {
        let existed: Bool
        do {
            try await journal.flush()
            existed = try await store.deleteAction(id)
        } catch {
            throw AgentsError(error)
        }
        guard existed else { throw AgentsError(.notFound, "Action not found") }
    }

    /// Deletes a session's actions and says so on `global`, also when there were none.
    ///
    /// - Returns: How many there were.
    package func deleteAll(ofSession sessionID: String) async throws(AgentsError) -> Int {
        let count: Int
        do {
            try await journal.flush()
            count = try await store.deleteActions(ofSession: sessionID)
        } catch {
            throw AgentsError(error)
        }
        publisher.publish(.actionsDeleted(ofSession: sessionID, count: count))
        return count
    }
}
