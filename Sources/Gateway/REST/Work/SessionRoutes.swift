internal import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Runs of agents: contract section 1.9.
struct SessionRoutes: Sendable {
    let sessions: SessionRegistry

    /// The SDK says `session_id`.
    private static let id = Field.text("id", aliases: ["session_id"], bytes: 1...512, "The agent's name for it")
        .required
    private static let pathID = Field.text("id", bytes: 1...512, "Its id").required
    private static let projectID = Field.uuid("project_id", "Its project")
    private static let startedAt = Field.time("started_at", "When it began; without it, now")
    private static let endedAt = Field.time("ended_at", "When it ended")
    private static let endOrNull = Field.time("ended_at", "When it ended; null takes an end back").nullable
    private static let toolsUsed = Field.integer("total_tools_used", in: 0...Int(Int32.max), "Actions in it")
    private static let successes = Field.integer("total_success", in: 0...Int(Int32.max), "Those that went well")
    private static let errors = Field.integer("total_errors", in: 0...Int(Int32.max), "Those that failed")
    private static let limit = Field.integer("limit", in: 1...1000, "Rows of one page").or(50)
    private static let activeOnly = Field.boolean("active_only", "Only those that have not ended").or(false)

    var routes: [Route] {
        [
            Route(
                .post,
                "/api/sessions",
                RouteDescription(
                    "Creates a session",
                    tag: "sessions",
                    body: [
                        SessionRoutes.id, SessionRoutes.projectID, SessionRoutes.startedAt, SessionRoutes.endedAt,
                        SessionRoutes.toolsUsed, SessionRoutes.successes, SessionRoutes.errors,
                    ],
                    answers: [
                        .created(.session), .notFound("project"),
                        RouteAnswer(
                            .conflict,
                            "There is a session with this id",
                            .json(.object(["error": .text, "id": .text]))
                        ),
                    ]
                ),
                handle: create
            ),
            Route(
                .get,
                "/api/sessions",
                RouteDescription(
                    "Sessions, the one that started last first",
                    tag: "sessions",
                    query: [
                        SessionRoutes.projectID, SessionRoutes.activeOnly, SessionRoutes.limit, CommonFields.offset,
                        Paging.cursor, CommonFields.stale,
                    ],
                    answers: [.ok(.page("sessions", .session, hasTotal: true))]
                ),
                handle: list
            ),
            Route(.get, "/api/sessions/stats", SessionRoutes.statisticsDescription, handle: statistics),
            Route(
                .get,
                "/api/sessions/:id",
                RouteDescription(
                    "A session with its newest requests",
                    tag: "sessions",
                    path: [SessionRoutes.pathID],
                    query: [CommonFields.stale],
                    answers: [.ok(.sessionDetails), .notFound("session")]
                ),
                handle: details
            ),
            Route(
                .patch,
                "/api/sessions/:id",
                RouteDescription(
                    "Changes a session; at least one field is needed",
                    tag: "sessions",
                    path: [SessionRoutes.pathID],
                    body: [
                        SessionRoutes.endOrNull, SessionRoutes.toolsUsed, SessionRoutes.successes,
                        SessionRoutes.errors,
                    ],
                    answers: [.ok(.session), .notFound("session")]
                ),
                handle: change
            ),
            Route(
                .delete,
                "/api/sessions/:id",
                RouteDescription(
                    "Deletes a session; its actions stay",
                    tag: "sessions",
                    path: [SessionRoutes.pathID],
                    answers: [.deleted, .notFound("session")]
                ),
                handle: delete
            ),
        ]
    }

    private static let statisticsDescription = RouteDescription(
        "All sessions in figures, and the projects with the most of them",
        tag: "sessions",
        query: [CommonFields.stale],
        answers: [
            .ok(
                .object([
                    "overview": .object([
                        "total_sessions": .integer, "active_sessions": .integer, "total_tools": .integer,
                        "total_success": .integer, "total_errors": .integer, "avg_tools_per_session": .number,
                        "oldest_session": .optional(.time), "newest_session": .optional(.time),
                    ]),
                    "by_project": .array(
                        .object([
                            "project_name": .optional(.text), "project_path": .text, "session_count": .integer,
                            "total_tools": .integer,
                        ])
                    ),
                    "timestamp": .time, "behind": .sometimes(.behind),
                ])
            )
        ]
    )

    @Sendable private func create(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let body = input.body
        var new = SessionRegistry.New(id: try body.required(SessionRoutes.id))
        new.projectID = body[SessionRoutes.projectID]
        new.startedAt = body[SessionRoutes.startedAt]
        new.endedAt = body[SessionRoutes.endedAt]
        new.toolsUsed = body[SessionRoutes.toolsUsed] ?? 0
        new.successes = body[SessionRoutes.successes] ?? 0
        new.errors = body[SessionRoutes.errors] ?? 0
        do throws(AgentsError) {
            let session = try await sessions.create(new)
            return .object(.created) { $0.members(of: session) }
        } catch {
            guard error.code == .conflict else { throw GatewayError(error) }
            return .object(.conflict) { json in
                json.field("error", error.message)
                json.field("id", new.id)
            }
        }
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let page = try input.query.page(limit: SessionRoutes.limit)
        let filter = SessionFilter(
            projectID: input.query[SessionRoutes.projectID],
            activeOnly: input.query[SessionRoutes.activeOnly] ?? false
        )
        let lag = sessions.lag
        let found = try await answering { () throws(AgentsError) in
            try await sessions.list(filter, page, isStale: input.allowsStale)
        }
        return .object { json in
            json.list("sessions", found.page, page, total: found.total) { json, session in
                json.object { $0.members(of: session) }
            }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func statistics(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let lag = sessions.lag
        let found = try await answering { () throws(AgentsError) in
            try await sessions.statistics(isStale: input.allowsStale)
        }
        return .object { json in
            json.object("overview") { json in
                json.field("total_sessions", found.sessions)
                json.field("active_sessions", found.active)
                json.field("total_tools", found.tools)
                json.field("total_success", found.successes)
                json.field("total_errors", found.errors)
                json.field("avg_tools_per_session", found.toolsPerSession)
                json.field("oldest_session", found.oldest)
                json.field("newest_session", found.newest)
            }
            json.array("by_project", found.projects) { json, project in
                json.object { json in
                    json.field("project_name", project.name)
                    json.field("project_path", project.path)
                    json.field("session_count", project.sessions)
                    json.field("total_tools", project.tools)
                }
            }
            json.field("timestamp", Timestamp.now())
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func details(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(SessionRoutes.pathID)
        let lag = sessions.lag
        let found = try await answering { () throws(AgentsError) in
            try await sessions.details(id, isStale: input.allowsStale)
        }
        return .object { json in
            json.members(of: found.session)
            json.array("requests", found.requests) { json, request in
                json.object { json in
                    json.field("id", request.id)
                    json.field("prompt", request.prompt)
                    json.field("prompt_type", request.promptType)
                    json.field("status", request.status)
                    json.field("created_at", request.createdAt)
                }
            }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func change(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(SessionRoutes.pathID)
        let body = input.body
        let change = SessionChange(
            end: body.isNull(SessionRoutes.endOrNull) ? .open : body[SessionRoutes.endOrNull].map { .at($0) },
            toolsUsed: body[SessionRoutes.toolsUsed],
            successes: body[SessionRoutes.successes],
            errors: body[SessionRoutes.errors]
        )
        let session = try await answering { () throws(AgentsError) in try await sessions.change(id, change) }
        return .object { $0.members(of: session) }
    }

    @Sendable private func delete(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(SessionRoutes.pathID)
        try await answering { () throws(AgentsError) in try await sessions.delete(id) }
        return RESTResponse(.noContent)
    }
}
