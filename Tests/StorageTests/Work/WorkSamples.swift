import Bus
import TestSupport

@testable import Storage

/// Runs `body` with an empty store of a kind, or one that holds what follows from `records`.
func withStore(
    _ kind: StoreKind,
    _ records: [JournalRecord] = [],
    _ body: (any Store) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    let durable = try await kind.open(records, in: folder)
    do {
        try await body(durable.store)
    } catch {
        try await durable.close()
        throw error
    }
    try await durable.close()
}

func later(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: testTime.milliseconds + milliseconds) }

/// An id that nothing has.
let absentID = UUIDv7(high: 7 << 12, low: 1)

func sampleProject(_ path: String = "/p", name: String? = nil, metadata: String = "{}", at time: Int64 = 0)
    -> ProjectRecord
{
    ProjectRecord(
        id: testIDs.next(at: later(time)),
        path: path,
        name: name,
        createdAt: later(time),
        updatedAt: later(time),
        metadata: Array(metadata.utf8)
    )
}

func sampleRequest(
    _ project: ProjectRecord,
    session: String = "s",
    prompt: String = "do it",
    status: String = "active",
    at time: Int64 = 0
) -> RequestRecord {
    RequestRecord(
        id: testIDs.next(at: later(time)),
        projectID: project.id,
        sessionID: session,
        prompt: prompt,
        status: status,
        createdAt: later(time)
    )
}

func sampleTask(_ request: RequestRecord, wave: Int? = nil, status: String = "pending", at time: Int64 = 0) -> NewTask {
    NewTask(
        id: testIDs.next(at: later(time)),
        requestID: request.id,
        waveNumber: wave,
        status: status,
        createdAt: later(time)
    )
}

func sampleSubtask(
    _ task: NewTask,
    type: String? = nil,
    agent: String? = nil,
    status: String = "pending",
    blockedBy: [UUIDv7]? = nil,
    at time: Int64 = 0
) -> SubtaskRecord {
    SubtaskRecord(
        id: testIDs.next(at: later(time)),
        taskID: task.id,
        agentType: type,
        agentID: agent,
        description: "part",
        status: status,
        blockedBy: blockedBy,
        createdAt: later(time)
    )
}

/// A project with a request and a task in it.
func makeTask(
    _ path: String = "/p",
    in store: any Store
) async throws -> (project: ProjectRecord, request: RequestRecord, task: NewTask) {
    let project = try await store.upsertProject(sampleProject(path))
    let request = sampleRequest(project)
    _ = try await store.insertRequest(request)
    let task = sampleTask(request)
    _ = try await store.insertTask(task)
    return (project, request, task)
}
