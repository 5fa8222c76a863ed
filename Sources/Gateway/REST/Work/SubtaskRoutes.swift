internal import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// What single agents do: contract section 1.5.
struct SubtaskRoutes: Sendable {
    let subtasks: SubtaskRegistry

    private static let taskID = Field.uuid("task_id", aliases: ["task_list_id"], "Its task")
    private static let description = Field.text("description", bytes: 1...(16 << 10), "What is to be done").required
    private static let agentType = Field.text("agent_type", bytes: 0...512, "Kind of the agent that does it")
    private static let agentID = Field.text("agent_id", bytes: 0...512, "The agent that does it")
    private static let status = Field<SubtaskStatus>.choice("status", "How it stands")
    private static let blockedBy = Field.uuids("blocked_by", count: 100, "Subtasks that have to end first")
    private static let snapshot = Field.object("context_snapshot", "What the agent knew when it began")
    private static let result = Field.object("result", "What came out of it")

    var routes: [Route] {
        let answer = JSONSchema.object(["success": .boolean, "subtask": .subtask])
        return [
            Route(
                .post,
                "/api/subtasks",
                RouteDescription(
                    "Creates a subtask",
                    tag: "subtasks",
                    body: [
                        SubtaskRoutes.taskID.required, SubtaskRoutes.description, SubtaskRoutes.agentType,
                        SubtaskRoutes.agentID, SubtaskRoutes.status.or(.pending), SubtaskRoutes.blockedBy,
                        SubtaskRoutes.snapshot,
                    ],
                    answers: [.created(answer), .notFound("task")]
                ),
                handle: create
            ),
            Route(
                .get,
                "/api/subtasks",
                RouteDescription(
                    "Subtasks of a task, oldest first, or else newest first; all filters hold together",
                    tag: "subtasks",
                    query: [
                        SubtaskRoutes.taskID, SubtaskRoutes.status, SubtaskRoutes.agentType, SubtaskRoutes.agentID,
                    ] + Paging.fields,
                    answers: [.ok(.page("subtasks", .subtask))]
                ),
                handle: list
            ),
            Route(
                .get,
                "/api/subtasks/:id",
                RouteDescription(
                    "A subtask with its actions, oldest first",
                    tag: "subtasks",
                    path: [CommonFields.id],
                    query: [CommonFields.stale],
                    answers: [
                        .ok(.object(["subtask": .subtaskDetails, "behind": .sometimes(.behind)])), .notFound("subtask"),
                    ]
                ),
                handle: details
            ),
            Route(
                .patch,
                "/api/subtasks/:id",
                RouteDescription(
                    "Applies every field given to a subtask; at least one is needed",
                    tag: "subtasks",
                    path: [CommonFields.id],
                    body: [
                        SubtaskRoutes.status, SubtaskRoutes.result, SubtaskRoutes.agentID, SubtaskRoutes.blockedBy,
                    ],
                    answers: [.ok(answer), .notFound("subtask")]
                ),
                handle: change
            ),
            Route(
                .delete,
                "/api/subtasks/:id",
                RouteDescription(
                    "Deletes a subtask and its actions",
                    tag: "subtasks",
                    path: [CommonFields.id],
                    answers: [.deleted, .notFound("subtask")]
                ),
                handle: delete
            ),
        ]
    }

    @Sendable private func create(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let body = input.body
        var new = SubtaskRegistry.New(
            taskID: try body.required(SubtaskRoutes.taskID),
            description: try body.required(SubtaskRoutes.description)
        )
        new.agentType = body[SubtaskRoutes.agentType]
        new.agentID = body[SubtaskRoutes.agentID]
        new.status = body[SubtaskRoutes.status] ?? .pending
        new.blockedBy = body[SubtaskRoutes.blockedBy]
        new.contextSnapshot = body[SubtaskRoutes.snapshot]
        let subtask = try await answering { [new] () throws(AgentsError) in try await subtasks.create(new) }
        return SubtaskRoutes.answer(.created, subtask)
    }

    private static func answer(_ status: HTTPResponse.Status, _ subtask: SubtaskRecord) -> RESTResponse {
        .object(status) { json in
            json.field("success", true)
            json.object("subtask") { $0.members(of: subtask) }
        }
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let page = try input.query.page()
        let filter = SubtaskFilter(
            taskID: input.query[SubtaskRoutes.taskID],
            status: input.query[SubtaskRoutes.status]?.rawValue,
            agentType: input.query[SubtaskRoutes.agentType],
            agentID: input.query[SubtaskRoutes.agentID]
        )
        let lag = subtasks.lag
        let found = try await answering { () throws(AgentsError) in
            try await subtasks.list(filter, page, isStale: input.allowsStale)
        }
        return .object { json in
            json.list("subtasks", found, page) { json, subtask in json.object { $0.members(of: subtask) } }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func details(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let lag = subtasks.lag
        let found = try await answering { () throws(AgentsError) in
            try await subtasks.details(id, isStale: input.allowsStale)
        }
        return .object { json in
            json.object("subtask") { json in
                json.members(of: found.subtask)
                json.array("actions", found.actions) { json, action in
                    json.object { SubtaskRoutes.write(action, to: &$0) }
                }
            }
            if input.allowsStale { json.behind(lag) }
        }
    }

    private static func write(_ action: ActionSummary, to json: inout JSONWriter) {
        json.field("id", action.id)
        json.field("tool_name", action.toolName)
        json.field("tool_type", action.toolType)
        json.field("exit_code", action.exitCode.map(Int64.init))
        json.field("duration_ms", action.durationMilliseconds.map(Int64.init))
        json.array("file_paths", action.filePaths) { $0.value($1) }
        json.field("created_at", action.createdAt)
    }

    @Sendable private func change(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let body = input.body
        let subtask = try await answering { () throws(AgentsError) in
            try await subtasks.change(
                id,
                status: body[SubtaskRoutes.status],
                agentID: body[SubtaskRoutes.agentID],
                blockedBy: body[SubtaskRoutes.blockedBy],
                result: body[SubtaskRoutes.result]
            )
        }
        return SubtaskRoutes.answer(.ok, subtask)
    }

    @Sendable private func delete(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        try await answering { () throws(AgentsError) in try await subtasks.delete(id) }
        return RESTResponse(.noContent)
    }
}
