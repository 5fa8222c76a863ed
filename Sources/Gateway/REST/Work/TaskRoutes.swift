internal import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Waves of work: contract section 1.4.
struct TaskRoutes: Sendable {
    let tasks: TaskRegistry

    private static let requestID = Field.uuid("request_id", "Its request")
    private static let name = Field.text("name", bytes: 0...512, "A name; without it one is made from the number")
    private static let waveNumber = Field.integer(
        "wave_number",
        in: 0...Int(Int32.max),
        "Its place; without it the next one of its request"
    )
    private static let status = Field<TaskStatus>.choice("status", "How it stands")

    var routes: [Route] {
        let answer = JSONSchema.object(["success": .boolean, "task": .task])
        return [
            Route(
                .post,
                "/api/tasks",
                RouteDescription(
                    "Creates a task",
                    tag: "tasks",
                    body: [
                        TaskRoutes.requestID.required, TaskRoutes.name, TaskRoutes.waveNumber,
                        TaskRoutes.status.or(.pending),
                    ],
                    answers: [.created(answer), .notFound("request")]
                ),
                handle: create
            ),
            Route(
                .get,
                "/api/tasks",
                RouteDescription(
                    "Tasks of a request by wave, or else newest first",
                    tag: "tasks",
                    query: [TaskRoutes.requestID, TaskRoutes.status] + Paging.fields,
                    answers: [.ok(.page("tasks", .task))]
                ),
                handle: list
            ),
            Route(
                .get,
                "/api/tasks/:id",
                RouteDescription(
                    "A task with its subtasks, oldest first",
                    tag: "tasks",
                    path: [CommonFields.id],
                    query: [CommonFields.stale],
                    answers: [.ok(.object(["task": .taskDetails, "behind": .sometimes(.behind)])), .notFound("task")]
                ),
                handle: details
            ),
            Route(
                .patch,
                "/api/tasks/:id",
                RouteDescription(
                    "Changes a task; at least one field is needed, and an empty name is none",
                    tag: "tasks",
                    path: [CommonFields.id],
                    body: [TaskRoutes.status, TaskRoutes.name],
                    answers: [.ok(answer), .notFound("task")]
                ),
                handle: change
            ),
            Route(
                .delete,
                "/api/tasks/:id",
                RouteDescription(
                    "Deletes a task with its subtasks",
                    tag: "tasks",
                    path: [CommonFields.id],
                    answers: [.deleted, .notFound("task")]
                ),
                handle: delete
            ),
        ]
    }

    @Sendable private func create(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let requestID = try input.body.required(TaskRoutes.requestID)
        let task = try await answering { () throws(AgentsError) in
            try await tasks.create(
                requestID: requestID,
                name: input.body[TaskRoutes.name],
                waveNumber: input.body[TaskRoutes.waveNumber],
                status: input.body[TaskRoutes.status] ?? .pending
            )
        }
        return TaskRoutes.answer(.created, task)
    }

    private static func answer(_ status: HTTPResponse.Status, _ task: TaskRecord) -> RESTResponse {
        .object(status) { json in
            json.field("success", true)
            json.object("task") { $0.members(of: task) }
        }
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let page = try input.query.page()
        let filter = TaskFilter(
            requestID: input.query[TaskRoutes.requestID],
            status: input.query[TaskRoutes.status]?.rawValue
        )
        let lag = tasks.lag
        let found = try await answering { () throws(AgentsError) in
            try await tasks.list(filter, page, isStale: input.allowsStale)
        }
        return .object { json in
            json.list("tasks", found, page) { json, task in json.object { $0.members(of: task) } }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func details(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let lag = tasks.lag
        let found = try await answering { () throws(AgentsError) in
            try await tasks.details(id, isStale: input.allowsStale)
        }
        return .object { json in
            json.object("task") { json in
                json.members(of: found.task)
                json.array("subtasks", found.subtasks) { json, subtask in
                    json.object { $0.members(of: subtask, withSnapshot: false) }
                }
            }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func change(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let task = try await answering { () throws(AgentsError) in
            try await tasks.change(id, status: input.body[TaskRoutes.status], name: input.body[TaskRoutes.name])
        }
        return TaskRoutes.answer(.ok, task)
    }

    @Sendable private func delete(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        try await answering { () throws(AgentsError) in try await tasks.delete(id) }
        return RESTResponse(.noContent)
    }
}
