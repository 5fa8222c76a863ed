import Bus
import Testing

@testable import Storage

/// Requests, tasks and subtasks, put into a store of either kind.
struct StoredWork {
    private let store: any RelationalStore

    init(_ store: any Store) throws { self.store = try #require(store as? any RelationalStore) }

    func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: testTime.milliseconds + milliseconds) }

    func change(_ sql: String, _ parameters: StoreValue...) async throws {
        _ = try await store.change(StoreChange(StoreQuery(sql, parameters) { $0.integer(0) }))
    }

    func project(path: String, name: String?) async throws -> UUIDv7 {
        let id = testIDs.next(at: testTime)
        try await change(
            "INSERT INTO projects (id, path, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
            .id(id),
            .text(path),
            .text(name),
            .time(testTime)
        )
        return id
    }

    func request(
        _ project: UUIDv7,
        session: String,
        status: String = "active",
        prompt: String = "p",
        at milliseconds: Int64 = 0
    ) async throws -> UUIDv7 {
        let id = testIDs.next(at: time(milliseconds))
        try await change(
            """
            INSERT INTO requests (id, project_id, session_id, status, prompt, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            .id(id),
            .id(project),
            .text(session),
            .text(status),
            .text(prompt),
            .time(time(milliseconds))
        )
        return id
    }

    func task(_ request: UUIDv7, name: String, wave: Int) async throws -> UUIDv7 {
        let id = testIDs.next(at: testTime)
        try await change(
            "INSERT INTO task_lists (id, request_id, name, wave_number, created_at) VALUES ($1, $2, $3, $4, $5)",
            .id(id),
            .id(request),
            .text(name),
            .integer(wave),
            .time(testTime)
        )
        return id
    }

    func subtask(
        _ task: UUIDv7,
        _ description: String,
        status: String,
        agentID: String? = nil,
        agentType: String? = nil,
        at milliseconds: Int64 = 0
    ) async throws -> UUIDv7 {
        let id = testIDs.next(at: time(milliseconds))
        try await change(
            """
            INSERT INTO subtasks (id, task_list_id, description, status, agent_id, agent_type, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            .id(id),
            .id(task),
            .text(description),
            .text(status),
            .text(agentID),
            .text(agentType),
            .time(time(milliseconds))
        )
        return id
    }

    func session(_ id: String, startedAt: Int64, endedAt: Int64? = nil) async throws {
        try await change(
            "INSERT INTO sessions (id, started_at, ended_at) VALUES ($1, $2, $3)",
            .text(id),
            .time(time(startedAt)),
            .time(endedAt.map(time))
        )
    }

    func message(
        from sender: String,
        to agentID: String?,
        topic: String = "task.created",
        content: String = "{}",
        priority: Int = 0,
        at milliseconds: Int64 = 0,
        expiresAt: Int64 = 3_600_000
    ) async throws -> UUIDv7 {
        let id = testIDs.next(at: time(milliseconds))
        let payload = store.dialect == .sqlite ? "$6" : "CAST($6 AS jsonb)"
        try await change(
            """
            INSERT INTO messages
                (id, from_agent_id, to_agent_id, message_type, topic, payload, priority, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, \(payload), $7, $8, $9)
            """,
            .id(id),
            .text(sender),
            .text(agentID),
            .text(topic),
            .text(topic),
            .text(content),
            .integer(priority),
            .time(time(milliseconds)),
            .time(time(expiresAt))
        )
        return id
    }

    func markRead(_ message: UUIDv7, by agentID: String) async throws {
        switch store.dialect {
        case .sqlite:
            try await change(
                "UPDATE messages SET read_by = json_array($1) WHERE id = $2",
                .text(agentID),
                .id(message)
            )
        case .postgres:
            try await change("UPDATE messages SET read_by = ARRAY[$1] WHERE id = $2", .text(agentID), .id(message))
        }
    }
}
