internal import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Who works on what: contract section 1.8.
struct OverviewRoutes: Sendable {
    let overview: WorkOverview

    private static let projectID = Field.uuid("project_id", "The project").required

    var routes: [Route] {
        [
            Route(.get, "/api/hierarchy/:project_id", OverviewRoutes.hierarchyDescription, handle: hierarchy),
            Route(.get, "/api/active-sessions", OverviewRoutes.activeDescription, handle: activeAgents),
        ]
    }

    private static let hierarchyDescription: RouteDescription = {
        let task = JSONSchema.members(JSONSchema.taskMembers + [("subtasks", .array(.subtaskWithoutSnapshot))])
        let requestMembers = JSONSchema.requestMembers.filter { $0.name != "project_id" }
        let request = JSONSchema.members(requestMembers + [("tasks", .array(task))])
        return RouteDescription(
            "All work of a project: at most 1000 requests and 10000 tasks and subtasks, the newest ones",
            tag: "overview",
            path: [projectID],
            query: [CommonFields.stale],
            answers: [
                .ok(
                    .object([
                        "hierarchy": .members(JSONSchema.projectMembers + [("requests", .array(request))]),
                        "stats": .optional(.projectStatistics),
                        "counts": .object(["requests": .integer, "tasks": .integer, "subtasks": .integer]),
                        "truncated": .boolean,
                        "behind": .sometimes(.behind),
                    ])
                ),
                .notFound("project"),
            ]
        )
    }()

    private static let activeDescription = RouteDescription(
        "Subtasks that run, pause or wait, the one that started last first",
        tag: "overview",
        query: [CommonFields.stale],
        answers: [
            .ok(
                .object([
                    "active_agents": .array(
                        .object([
                            "subtask_id": .uuid, "project_id": .uuid, "project_name": .optional(.text),
                            "project_path": .text, "agent_type": .optional(.text), "agent_id": .optional(.text),
                            "status": .text, "description": .text, "current_task": .text,
                            "started_at": .optional(.time), "created_at": .time, "session_id": .text,
                            "request_id": .uuid, "actions_count": .integer,
                        ])
                    ),
                    "count": .integer, "behind": .sometimes(.behind),
                ])
            )
        ]
    )

    @Sendable private func hierarchy(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(OverviewRoutes.projectID)
        let lag = overview.lag
        let found = try await answering { () throws(AgentsError) in
            try await overview.hierarchy(of: id, isStale: input.allowsStale)
        }
        let work = found.work
        let tasks = Dictionary(grouping: work.tasks, by: \.requestID)
        let subtasks = Dictionary(grouping: work.subtasks, by: \.taskID)
        return .object { json in
            json.object("hierarchy") { json in
                json.members(of: found.project)
                json.array("requests", work.requests) { json, request in
                    json.object { json in
                        json.members(of: request, withProject: false)
                        json.array("tasks", tasks[request.id] ?? []) { json, task in
                            json.object { json in
                                json.members(of: task)
                                json.array("subtasks", subtasks[task.id] ?? []) { json, subtask in
                                    json.object { $0.members(of: subtask, withSnapshot: false) }
                                }
                            }
                        }
                    }
                }
            }
            json.field("stats", found.statistics)
            json.object("counts") { json in
                json.field("requests", work.requests.count)
                json.field("tasks", work.tasks.count)
                json.field("subtasks", work.subtasks.count)
            }
            json.field("truncated", work.isTruncated)
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func activeAgents(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let lag = overview.lag
        let agents = try await answering { () throws(AgentsError) in
            try await overview.activeAgents(isStale: input.allowsStale)
        }
        return .object { json in
            json.array("active_agents", agents) { json, agent in
                json.object { OverviewRoutes.write(agent, to: &$0) }
            }
            json.field("count", agents.count)
            if input.allowsStale { json.behind(lag) }
        }
    }

    private static func write(_ agent: ActiveAgent, to json: inout JSONWriter) {
        json.field("subtask_id", agent.subtaskID)
        json.field("project_id", agent.projectID)
        json.field("project_name", agent.projectName)
        json.field("project_path", agent.projectPath)
        json.field("agent_type", agent.agentType)
        json.field("agent_id", agent.agentID)
        json.field("status", agent.status)
        json.field("description", agent.description)
        // The same under the name that the original's view had.
        json.field("current_task", agent.description)
        json.field("started_at", agent.startedAt)
        json.field("created_at", agent.createdAt)
        json.field("session_id", agent.sessionID)
        json.field("request_id", agent.requestID)
        json.field("actions_count", agent.actions)
    }
}
