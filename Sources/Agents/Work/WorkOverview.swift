internal import Bus
package import Storage

/// Who works on what: contract section 1.8.
package struct WorkOverview: Sendable {
    private let context: WorkContext
    private let store: any WorkOverviewStore & ProjectStore

    package init(_ context: WorkContext, store: any WorkOverviewStore & ProjectStore) {
        self.context = context
        self.store = store
    }

    /// How far the store is behind: what a stale answer may lack.
    package var lag: StoreLag { context.lag }

    /// A project with everything below it.
    package struct Hierarchy: Sendable {
        package let project: ProjectRecord
        package let statistics: ProjectStatistics?
        package let work: ProjectWork
    }

    /// Everything below a project; what doesn't fit into one answer is left out, the oldest first.
    package func hierarchy(of id: UUIDv7, isStale: Bool = false) async throws(AgentsError) -> Hierarchy {
        let found = try await context.store(isStale: isStale) { () throws(StorageError) -> Hierarchy? in
            guard let project = try await store.project(id) else { return nil }
            return Hierarchy(
                project: project,
                statistics: try await store.projectStatistics(id),
                work: try await store.work(ofProject: id)
            )
        }
        guard let found else { throw .projectNotFound }
        return found
    }

    /// Subtasks that run, pause or wait, the one that started last first.
    package func activeAgents(isStale: Bool = false) async throws(AgentsError) -> [ActiveAgent] {
        try await context.store(isStale: isStale) { () throws(StorageError) in try await store.activeAgents() }
    }
}
