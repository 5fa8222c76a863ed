package import Bus

/// Projects. Actions make them too.
package protocol ProjectStore: Sendable {
    /// Creates a project, or changes the one with the same path: a name that is nil stays, metadata is merged.
    func upsertProject(_ project: ProjectRecord) async throws(StorageError) -> ProjectRecord
    /// The one used last comes first.
    func projects(_ page: Page) async throws(StorageError) -> PageRows<ProjectRecord>
    func projectCount() async throws(StorageError) -> Int
    func project(_ id: UUIDv7) async throws(StorageError) -> ProjectRecord?
    func project(atPath path: String) async throws(StorageError) -> ProjectRecord?
    func projectStatistics(_ id: UUIDv7) async throws(StorageError) -> ProjectStatistics?
    /// Deletes it and all that belongs to it; false if there was none.
    func deleteProject(_ id: UUIDv7) async throws(StorageError) -> Bool
}

/// What people asked for.
package protocol RequestStore: Sendable {
    /// False if there is no such project.
    func insertRequest(_ request: RequestRecord) async throws(StorageError) -> Bool
    /// Newest first.
    func requests(matching filter: RequestFilter, _ page: Page) async throws(StorageError) -> PageRows<RequestRecord>
    func request(_ id: UUIDv7) async throws(StorageError) -> RequestRecord?
    /// Nil if there is none.
    func changeRequest(
        _ id: UUIDv7,
        _ change: RequestChange,
        at time: Timestamp
    ) async throws(StorageError) -> RequestRecord?
    /// Deletes it and all that belongs to it; false if there was none.
    func deleteRequest(_ id: UUIDv7) async throws(StorageError) -> Bool
}

/// Waves of work.
package protocol TaskStore: Sendable {
    /// Nil if there is no such request. A task without a number gets the next one of its request: no two get the same.
    func insertTask(_ task: NewTask) async throws(StorageError) -> TaskRecord?
    func tasks(matching filter: TaskFilter, _ page: Page) async throws(StorageError) -> PageRows<TaskRecord>
    func task(_ id: UUIDv7) async throws(StorageError) -> TaskRecord?
    /// Nil if there is none.
    func changeTask(_ id: UUIDv7, _ change: TaskChange, at time: Timestamp) async throws(StorageError) -> TaskRecord?
    /// Deletes it and all that belongs to it; nil if there was none.
    func deleteTask(_ id: UUIDv7) async throws(StorageError) -> TaskRecord?
}

/// What single agents do.
package protocol SubtaskStore: Sendable {
    func insertSubtask(_ subtask: SubtaskRecord) async throws(StorageError) -> WriteOutcome<SubtaskRecord>
    func subtasks(matching filter: SubtaskFilter, _ page: Page) async throws(StorageError) -> PageRows<SubtaskRecord>
    func subtask(_ id: UUIDv7) async throws(StorageError) -> SubtaskRecord?
    /// The actions of a subtask, oldest first, at most a thousand.
    func actions(ofSubtask id: UUIDv7) async throws(StorageError) -> [ActionSummary]
    func changeSubtask(
        _ id: UUIDv7,
        _ change: SubtaskChange,
        at time: Timestamp
    ) async throws(StorageError) -> WriteOutcome<SubtaskRecord>
    /// Deletes it and its actions; nil if there was none.
    func deleteSubtask(_ id: UUIDv7) async throws(StorageError) -> SubtaskRecord?
}

/// Runs of agents. Actions make them too, and count in them.
package protocol SessionStore: Sendable {
    /// False if one has the id, or if the project is not there.
    func insertSession(_ session: SessionRecord) async throws(StorageError) -> Bool
    /// The one that started last comes first.
    func sessions(matching filter: SessionFilter, _ page: Page) async throws(StorageError) -> PageRows<SessionRecord>
    func sessionCount(matching filter: SessionFilter) async throws(StorageError) -> Int
    func sessionStatistics() async throws(StorageError) -> SessionStatistics
    func session(_ id: String) async throws(StorageError) -> SessionRecord?
    /// Nil if there is none.
    func changeSession(_ id: String, _ change: SessionChange) async throws(StorageError) -> SessionRecord?
    /// False if there was none.
    func deleteSession(_ id: String) async throws(StorageError) -> Bool
}

/// Views across projects, requests, tasks and subtasks.
package protocol WorkOverviewStore: Sendable {
    /// The one that started last comes first, at most a thousand.
    func activeAgents() async throws(StorageError) -> [ActiveAgent]
    func work(ofProject id: UUIDv7) async throws(StorageError) -> ProjectWork
}

/// What a store offers about the work of agents.
package typealias WorkStore = ProjectStore & RequestStore & TaskStore & SubtaskStore & SessionStore & WorkOverviewStore
