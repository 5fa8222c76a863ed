internal import Bus
package import Storage

/// What single agents do: contract section 1.5. Every change is an event on `global` and for the agents of its type.
package struct SubtaskRegistry: Sendable {
    private let context: WorkContext
    private let store: any SubtaskStore

    package init(_ context: WorkContext, store: any SubtaskStore) {
        self.context = context
        self.store = store
    }

    /// How far the store is behind: what a stale answer may lack.
    package var lag: StoreLag { context.lag }

    /// A subtask as a client gives it.
    package struct New: Sendable {
        package var taskID: UUIDv7
        package var description: String
        package var agentType: String?
        package var agentID: String?
        package var status = SubtaskStatus.pending
        package var blockedBy: [UUIDv7]?
        package var contextSnapshot: [UInt8]?

        package init(taskID: UUIDv7, description: String) {
            self.taskID = taskID
            self.description = description
        }
    }

    /// Creates a subtask; one that runs has started.
    package func create(_ new: New) async throws(AgentsError) -> SubtaskRecord {
        let time = context.now()
        let subtask = SubtaskRecord(
            id: context.ids.next(at: time),
            taskID: new.taskID,
            agentType: new.agentType,
            agentID: new.agentID,
            description: new.description,
            status: new.status.rawValue,
            blockedBy: new.blockedBy,
            createdAt: time,
            startedAt: new.status == .running ? time : nil,
            completedAt: new.status.isEnd ? time : nil,
            contextSnapshot: new.contextSnapshot
        )
        let outcome = try await context.store { () throws(StorageError) in try await store.insertSubtask(subtask) }
        let stored = try SubtaskRegistry.row(outcome, orElse: "Task not found: \(new.taskID)")
        await context.events.publishSubtask("created", stored)
        return stored
    }

    private static func row(
        _ outcome: WriteOutcome<SubtaskRecord>,
        orElse message: String
    ) throws(AgentsError) -> SubtaskRecord {
        switch outcome {
        case .done(let subtask): return subtask
        case .absent: throw AgentsError(.notFound, message)
        case .blockersAbsent: throw AgentsError(.invalid, "One or more blocking subtask IDs not found")
        }
    }

    /// Subtasks of a task, oldest first, or else newest first.
    package func list(
        _ filter: SubtaskFilter,
        _ page: Page,
        isStale: Bool = false
    ) async throws(AgentsError) -> PageRows<SubtaskRecord> {
        try await context.store(isStale: isStale) { () throws(StorageError) in
            try await store.subtasks(matching: filter, page)
        }
    }

    /// A subtask with its actions, oldest first.
    package func details(
        _ id: UUIDv7,
        isStale: Bool = false
    ) async throws(AgentsError) -> (subtask: SubtaskRecord, actions: [ActionSummary]) {
        let found = try await context.store(isStale: isStale) {
            () throws(StorageError) -> (SubtaskRecord, [ActionSummary])? in
            guard let subtask = try await store.subtask(id) else { return nil }
            return (subtask, try await store.actions(ofSubtask: id))
        }
        guard let found else { throw AgentsError(.notFound, SubtaskRegistry.notFound) }
        return found
    }

    private static let notFound = "Subtask not found"

    /// Applies every field of a change: an earlier result stays unless there is another one.
    package func change(
        _ id: UUIDv7,
        status: SubtaskStatus?,
        agentID: String?,
        blockedBy: [UUIDv7]?,
        result: [UInt8]?
    ) async throws(AgentsError) -> SubtaskRecord {
        let change = SubtaskChange(status: status?.rawValue, agentID: agentID, blockedBy: blockedBy, result: result)
        guard change != SubtaskChange() else { throw .nothingToChange }
        let time = context.now()
        let outcome = try await context.store { () throws(StorageError) in
            try await store.changeSubtask(id, change, at: time)
        }
        let changed = try SubtaskRegistry.row(outcome, orElse: SubtaskRegistry.notFound)
        await context.events.publishSubtask(change.status ?? "updated", changed)
        return changed
    }

    /// Deletes a subtask and its actions.
    package func delete(_ id: UUIDv7) async throws(AgentsError) {
        let deleted = try await context.store { () throws(StorageError) in try await store.deleteSubtask(id) }
        guard let deleted else { throw AgentsError(.notFound, SubtaskRegistry.notFound) }
        await context.events.publishSubtask("deleted", deleted)
    }
}
