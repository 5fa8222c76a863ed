package import Storage

/// The rooms about the work of agents.
package struct WorkRooms: Sendable {
    package let projects: ProjectRegistry
    package let requests: RequestRegistry
    package let tasks: TaskRegistry
    package let subtasks: SubtaskRegistry
    package let sessions: SessionRegistry
    package let overview: WorkOverview

    package init(_ context: WorkContext, store: any WorkStore) {
        projects = ProjectRegistry(context, store: store)
        requests = RequestRegistry(context, store: store)
        tasks = TaskRegistry(context, store: store)
        subtasks = SubtaskRegistry(context, store: store)
        sessions = SessionRegistry(context, store: store)
        overview = WorkOverview(context, store: store)
    }
}
