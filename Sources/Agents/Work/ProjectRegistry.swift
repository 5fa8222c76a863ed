internal import Bus
package import Storage

/// Projects as people and agents see them: contract section 1.2.
package struct ProjectRegistry: Sendable {
    private let context: WorkContext
    private let store: any ProjectStore & RequestStore

    package init(_ context: WorkContext, store: any ProjectStore & RequestStore) {
        self.context = context
        self.store = store
    }

    /// How far the store is behind: what a stale answer may lack.
    package var lag: StoreLag { context.lag }

    /// One project with what belongs to it.
    package struct Details: Sendable {
        package let project: ProjectRecord
        /// The newest ones.
        package let requests: [RequestRecord]
        package let statistics: ProjectStatistics?
    }

    /// Requests that come with a project.
    private static let requestCount = 50

    /// Creates a project, or changes the one with this path; a name that isn't given stays.
    package func save(
        path: String,
        name: String?,
        metadata: [UInt8]?
    ) async throws(AgentsError) -> ProjectRecord {
        let time = context.now()
        let project = ProjectRecord(
            id: context.ids.next(at: time),
            path: try ProjectRegistry.path(path),
            name: name,
            createdAt: time,
            updatedAt: time,
            metadata: metadata ?? EmptyJSON.object
        )
        return try await context.store { () throws(StorageError) in try await store.upsertProject(project) }
    }

    private static func path(_ text: String) throws(AgentsError) -> String {
        guard let path = ProjectPath(text) else { throw .invalid([.init(field: "path", text: "path is required")]) }
        return path.string
    }

    /// Projects, the one used last first, and how many there are.
    package func list(
        _ page: Page,
        isStale: Bool = false
    ) async throws(AgentsError) -> (page: PageRows<ProjectRecord>, total: Int) {
        try await context.store(isStale: isStale) { () throws(StorageError) in
            (try await store.projects(page), try await store.projectCount())
        }
    }

    /// The project of a folder.
    package func find(path: String) async throws(AgentsError) -> ProjectRecord {
        let path = try ProjectRegistry.path(path)
        let found = try await context.store { () throws(StorageError) in try await store.project(atPath: path) }
        guard let found else { throw .projectNotFound }
        return found
    }

    /// A project with its newest requests and its figures.
    package func details(_ id: UUIDv7, isStale: Bool = false) async throws(AgentsError) -> Details {
        let details = try await context.store(isStale: isStale) { () throws(StorageError) -> Details? in
            guard let project = try await store.project(id) else { return nil }
            let page = Page(limit: ProjectRegistry.requestCount)
            return Details(
                project: project,
                requests: try await store.requests(matching: RequestFilter(projectID: id), page).rows,
                statistics: try await store.projectStatistics(id)
            )
        }
        guard let details else { throw .projectNotFound }
        return details
    }

    /// Deletes a project with all its work and says so on `global`.
    package func delete(_ id: UUIDv7) async throws(AgentsError) {
        let existed = try await context.store { () throws(StorageError) in try await store.deleteProject(id) }
        guard existed else { throw .projectNotFound }
        context.publisher.publish(.deleted("project", id.description))
    }
}

extension AgentsError {
    /// There is no such project.
    static var projectNotFound: AgentsError { AgentsError(.notFound, "Project not found") }
}
