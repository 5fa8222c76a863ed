internal import Bus
package import Storage

/// Waves of work on requests: contract section 1.4. Every change is an event on `global`, which agents
/// that acknowledge have to acknowledge.
package struct TaskRegistry: Sendable {
    private let context: WorkContext
    private let store: any TaskStore & SubtaskStore

    package init(_ context: WorkContext, store: any TaskStore & SubtaskStore) {
        self.context = context
        self.store = store
    }

    /// How far the store is behind: what a stale answer may lack.
    package var lag: StoreLag { context.lag }

    /// Subtasks that come with a task.
    private static let subtaskCount = 1000

    /// Creates a task. Without a number it gets the next one of its request, without a name one from its number.
    package func create(
        requestID: UUIDv7,
        name: String?,
        waveNumber: Int?,
        status: TaskStatus
    ) async throws(AgentsError) -> TaskRecord {
        let time = context.now()
        let new = NewTask(
            id: context.ids.next(at: time),
            requestID: requestID,
            name: name.flatMap { $0.isEmpty ? nil : $0 },
            waveNumber: waveNumber,
            status: status.rawValue,
            createdAt: time,
            completedAt: status == .completed ? time : nil
        )
        let task = try await context.store { () throws(StorageError) in try await store.insertTask(new) }
        guard let task else { throw AgentsError(.notFound, "Request not found: \(requestID)") }
        await context.events.publish(.task("created", task))
        return task
    }

    /// Tasks of a request by wave, or else newest first.
    package func list(
        _ filter: TaskFilter,
        _ page: Page,
        isStale: Bool = false
    ) async throws(AgentsError) -> PageRows<TaskRecord> {
        try await context.store(isStale: isStale) { () throws(StorageError) in
            try await store.tasks(matching: filter, page)
        }
    }

    /// A task with its subtasks, oldest first.
    package func details(
        _ id: UUIDv7,
        isStale: Bool = false
    ) async throws(AgentsError) -> (task: TaskRecord, subtasks: [SubtaskRecord]) {
        let found = try await context.store(isStale: isStale) {
            () throws(StorageError) -> (TaskRecord, [SubtaskRecord])? in
            guard let task = try await store.task(id) else { return nil }
            let page = Page(limit: TaskRegistry.subtaskCount)
            return (task, try await store.subtasks(matching: SubtaskFilter(taskID: id), page).rows)
        }
        guard let found else { throw .taskNotFound }
        return found
    }

    /// Changes a task; an empty name is none.
    package func change(_ id: UUIDv7, status: TaskStatus?, name: String?) async throws(AgentsError) -> TaskRecord {
        let change = TaskChange(status: status?.rawValue, name: name.flatMap { $0.isEmpty ? nil : $0 })
        guard change != TaskChange() else { throw .nothingToChange }
        let time = context.now()
        let changed = try await context.store { () throws(StorageError) in
            try await store.changeTask(id, change, at: time)
        }
        guard let changed else { throw .taskNotFound }
        await context.events.publish(.task(change.status ?? "updated", changed))
        return changed
    }

    /// Deletes a task with its subtasks.
    package func delete(_ id: UUIDv7) async throws(AgentsError) {
        let deleted = try await context.store { () throws(StorageError) in try await store.deleteTask(id) }
        guard let deleted else { throw .taskNotFound }
        await context.events.publish(.task("deleted", deleted))
    }
}

extension AgentsError {
    fileprivate static var taskNotFound: AgentsError { AgentsError(.notFound, "Task not found") }
}
