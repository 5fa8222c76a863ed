internal import Bus
package import Storage

/// What people asked for: contract section 1.3.
package struct RequestRegistry: Sendable {
    private let context: WorkContext
    private let store: any RequestStore & TaskStore

    package init(_ context: WorkContext, store: any RequestStore & TaskStore) {
        self.context = context
        self.store = store
    }

    /// How far the store is behind: what a stale answer may lack.
    package var lag: StoreLag { context.lag }

    /// A request as a client gives it.
    package struct New: Sendable {
        package var projectID: UUIDv7
        package var sessionID: String
        package var prompt: String
        package var promptType: PromptType?
        package var status: RequestStatus
        package var metadata: [UInt8]?

        package init(
            projectID: UUIDv7,
            sessionID: String,
            prompt: String,
            promptType: PromptType? = nil,
            status: RequestStatus = .active,
            metadata: [UInt8]? = nil
        ) {
            self.projectID = projectID
            self.sessionID = sessionID
            self.prompt = prompt
            self.promptType = promptType
            self.status = status
            self.metadata = metadata
        }
    }

    /// Tasks that come with a request.
    private static let taskCount = 1000

    /// Creates a request; its session need not be known.
    package func create(_ new: New) async throws(AgentsError) -> RequestRecord {
        let time = context.now()
        let request = RequestRecord(
            id: context.ids.next(at: time),
            projectID: new.projectID,
            sessionID: new.sessionID,
            prompt: new.prompt,
            promptType: new.promptType?.rawValue,
            status: new.status.rawValue,
            createdAt: time,
            completedAt: new.status == .completed ? time : nil,
            metadata: new.metadata ?? EmptyJSON.object
        )
        let isStored = try await context.store { () throws(StorageError) in try await store.insertRequest(request) }
        guard isStored else { throw AgentsError(.notFound, "Project not found: \(new.projectID)") }
        return request
    }

    /// Requests, newest first.
    package func list(
        _ filter: RequestFilter,
        _ page: Page,
        isStale: Bool = false
    ) async throws(AgentsError) -> PageRows<RequestRecord> {
        try await context.store(isStale: isStale) { () throws(StorageError) in
            try await store.requests(matching: filter, page)
        }
    }

    /// A request with its tasks, sorted by wave.
    package func details(
        _ id: UUIDv7,
        isStale: Bool = false
    ) async throws(AgentsError) -> (request: RequestRecord, tasks: [TaskRecord]) {
        let found = try await context.store(isStale: isStale) {
            () throws(StorageError) -> (RequestRecord, [TaskRecord])? in
            guard let request = try await store.request(id) else { return nil }
            let page = Page(limit: RequestRegistry.taskCount)
            return (request, try await store.tasks(matching: TaskFilter(requestID: id), page).rows)
        }
        guard let found else { throw .requestNotFound }
        return found
    }

    /// Changes a request. One that is completed has its time from then on.
    package func change(_ id: UUIDv7, _ change: RequestChange) async throws(AgentsError) -> RequestRecord {
        guard change != RequestChange() else { throw .nothingToChange }
        let time = context.now()
        let changed = try await context.store { () throws(StorageError) in
            try await store.changeRequest(id, change, at: time)
        }
        guard let changed else { throw .requestNotFound }
        return changed
    }

    /// Deletes a request with its work and says so on `global`.
    package func delete(_ id: UUIDv7) async throws(AgentsError) {
        let existed = try await context.store { () throws(StorageError) in try await store.deleteRequest(id) }
        guard existed else { throw .requestNotFound }
        context.publisher.publish(.deleted("request", id.description))
    }
}

extension AgentsError {
    fileprivate static var requestNotFound: AgentsError { AgentsError(.notFound, "Request not found") }

    /// A change without a field.
    static var nothingToChange: AgentsError { AgentsError(.invalid, "No update fields provided") }
}
