internal import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// What people asked for: contract section 1.3.
struct RequestRoutes: Sendable {
    let requests: RequestRegistry

    private static let projectID = Field.uuid("project_id", "Its project")
    private static let sessionID = Field.text("session_id", bytes: 1...512, "Its session, which need not be known")
    private static let prompt = Field.text("prompt", bytes: 1...(256 << 10), "What was asked for").required
    private static let promptType = Field<PromptType>.choice("prompt_type", "What it is about")
    private static let status = Field<RequestStatusName>.choice("status", "pending and running say active")
    private static let metadata = Field.object("metadata", "Anything; merged with what is there")

    var routes: [Route] {
        let answer = JSONSchema.object(["success": .boolean, "request": .request])
        return [
            Route(
                .post,
                "/api/requests",
                RouteDescription(
                    "Creates a request",
                    tag: "requests",
                    body: [
                        RequestRoutes.projectID.required, RequestRoutes.sessionID.required, RequestRoutes.prompt,
                        RequestRoutes.promptType, RequestRoutes.status.or(.active), RequestRoutes.metadata,
                    ],
                    answers: [.created(answer), .notFound("project")]
                ),
                handle: create
            ),
            Route(
                .get,
                "/api/requests",
                RouteDescription(
                    "Requests, newest first; all filters hold together",
                    tag: "requests",
                    query: [RequestRoutes.projectID, RequestRoutes.sessionID, RequestRoutes.status] + Paging.fields,
                    answers: [.ok(.page("requests", .request))]
                ),
                handle: list
            ),
            Route(
                .get,
                "/api/requests/:id",
                RouteDescription(
                    "A request with its tasks, sorted by wave",
                    tag: "requests",
                    path: [CommonFields.id],
                    query: [CommonFields.stale],
                    answers: [
                        .ok(.object(["request": .requestDetails, "behind": .sometimes(.behind)])), .notFound("request"),
                    ]
                ),
                handle: details
            ),
            Route(
                .patch,
                "/api/requests/:id",
                RouteDescription(
                    "Changes a request; at least one field is needed",
                    tag: "requests",
                    path: [CommonFields.id],
                    body: [RequestRoutes.status, RequestRoutes.metadata],
                    answers: [.ok(answer), .notFound("request")]
                ),
                handle: change
            ),
            Route(
                .delete,
                "/api/requests/:id",
                RouteDescription(
                    "Deletes a request with its work",
                    tag: "requests",
                    path: [CommonFields.id],
                    answers: [.deleted, .notFound("request")]
                ),
                handle: delete
            ),
        ]
    }

    @Sendable private func create(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let body = input.body
        let new = RequestRegistry.New(
            projectID: try body.required(RequestRoutes.projectID),
            sessionID: try body.required(RequestRoutes.sessionID),
            prompt: try body.required(RequestRoutes.prompt),
            promptType: body[RequestRoutes.promptType],
            status: body[RequestRoutes.status]?.status ?? .active,
            metadata: body[RequestRoutes.metadata]
        )
        let request = try await answering { () throws(AgentsError) in try await requests.create(new) }
        return RequestRoutes.answer(.created, request)
    }

    private static func answer(_ status: HTTPResponse.Status, _ request: RequestRecord) -> RESTResponse {
        .object(status) { json in
            json.field("success", true)
            json.object("request") { $0.members(of: request) }
        }
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let page = try input.query.page()
        let filter = RequestFilter(
            projectID: input.query[RequestRoutes.projectID],
            sessionID: input.query[RequestRoutes.sessionID],
            status: input.query[RequestRoutes.status]?.status.rawValue
        )
        let lag = requests.lag
        let found = try await answering { () throws(AgentsError) in
            try await requests.list(filter, page, isStale: input.allowsStale)
        }
        return .object { json in
            json.list("requests", found, page) { json, request in json.object { $0.members(of: request) } }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func details(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let lag = requests.lag
        let found = try await answering { () throws(AgentsError) in
            try await requests.details(id, isStale: input.allowsStale)
        }
        return .object { json in
            json.object("request") { json in
                json.members(of: found.request)
                json.array("tasks", found.tasks) { json, task in json.object { $0.members(of: task) } }
            }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func change(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let change = RequestChange(
            status: input.body[RequestRoutes.status]?.status.rawValue,
            metadata: input.body[RequestRoutes.metadata]
        )
        let request = try await answering { () throws(AgentsError) in try await requests.change(id, change) }
        return RequestRoutes.answer(.ok, request)
    }

    @Sendable private func delete(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        try await answering { () throws(AgentsError) in try await requests.delete(id) }
        return RESTResponse(.noContent)
    }
}
