package import Bus
package import Storage

/// Runs of agents: contract section 1.9. Actions make and count in them too.
package struct SessionRegistry: Sendable {
    private let context: WorkContext
    private let store: any SessionStore & ProjectStore & RequestStore

    package init(_ context: WorkContext, store: any SessionStore & ProjectStore & RequestStore) {
        self.context = context
        self.store = store
    }

    /// How far the store is behind: what a stale answer may lack.
    package var lag: StoreLag { context.lag }

    /// A session as a client gives it.
    package struct New: Sendable {
        package var id: String
        package var projectID: UUIDv7?
        package var startedAt: Timestamp?
        package var endedAt: Timestamp?
        package var toolsUsed = 0
        package var successes = 0
        package var errors = 0

        package init(id: String) { self.id = id }
    }

    /// Requests that come with a session.
    private static let requestCount = 20

    /// Creates a session; throws `conflict` if one has the id.
    package func create(_ new: New) async throws(AgentsError) -> SessionRecord {
        let session = SessionRecord(
            id: new.id,
            projectID: new.projectID,
            startedAt: new.startedAt ?? context.now(),
            endedAt: new.endedAt,
            toolsUsed: new.toolsUsed,
            successes: new.successes,
            errors: new.errors
        )
        let refusal = try await context.store { () throws(StorageError) -> AgentsError? in
            if try await store.insertSession(session) { return nil }
            if let id = new.projectID, try await store.project(id) == nil {
                return AgentsError(.notFound, "Project not found: \(id)")
            }
            return AgentsError(.conflict, "Session already exists")
        }
        if let refusal { throw refusal }
        context.publisher.publish(.session("created", session.id))
        return session
    }

    /// Sessions, the one that started last first, and how many fit the filter.
    package func list(
        _ filter: SessionFilter,
        _ page: Page,
        isStale: Bool = false
    ) async throws(AgentsError) -> (page: PageRows<SessionRecord>, total: Int) {
        try await context.store(isStale: isStale) { () throws(StorageError) in
            (try await store.sessions(matching: filter, page), try await store.sessionCount(matching: filter))
        }
    }

    /// All sessions in figures.
    package func statistics(isStale: Bool = false) async throws(AgentsError) -> SessionStatistics {
        try await context.store(isStale: isStale) { () throws(StorageError) in try await store.sessionStatistics() }
    }

    /// A session with its newest requests.
    package func details(
        _ id: String,
        isStale: Bool = false
    ) async throws(AgentsError) -> (session: SessionRecord, requests: [RequestRecord]) {
        let found = try await context.store(isStale: isStale) {
            () throws(StorageError) -> (SessionRecord, [RequestRecord])? in
            guard let session = try await store.session(id) else { return nil }
            let page = Page(limit: SessionRegistry.requestCount)
            return (session, try await store.requests(matching: RequestFilter(sessionID: id), page).rows)
        }
        guard let found else { throw .sessionNotFound }
        return found
    }

    /// Changes a session; an end is an event on `global`.
    package func change(_ id: String, _ change: SessionChange) async throws(AgentsError) -> SessionRecord {
        let changed = try await context.store { () throws(StorageError) in
            // Whether it is there comes first, also when nothing is to change.
            change == SessionChange() ? try await store.session(id) : try await store.changeSession(id, change)
        }
        guard let changed else { throw .sessionNotFound }
        guard change != SessionChange() else { throw AgentsError(.invalid, "No fields to update") }
        if case .at = change.end { context.publisher.publish(.session("ended", id)) }
        return changed
    }

    /// Deletes a session; its actions stay.
    package func delete(_ id: String) async throws(AgentsError) {
        let existed = try await context.store { () throws(StorageError) in try await store.deleteSession(id) }
        guard existed else { throw .sessionNotFound }
        context.publisher.publish(.session("deleted", id))
    }
}

extension AgentsError {
    fileprivate static var sessionNotFound: AgentsError { AgentsError(.notFound, "Session not found") }
}
