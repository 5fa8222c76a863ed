internal import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Projects: contract section 1.2.
struct ProjectRoutes: Sendable {
    let projects: ProjectRegistry

    private static let path = Field.text("path", bytes: 1...2600, "The project's folder").required
    private static let wantedPath = Field.text("path", bytes: 1...2600, "The project's folder")
        .required(orElse: "Missing query parameter: path")
    private static let name = Field.text("name", bytes: 0...512, "A name; an earlier one stays without it")
    private static let metadata = Field.object("metadata", "Anything; merged with what is there")

    var routes: [Route] {
        [
            Route(
                .post,
                "/api/projects",
                RouteDescription(
                    "Creates a project, or changes the one with this path",
                    tag: "projects",
                    body: [ProjectRoutes.path, ProjectRoutes.name, ProjectRoutes.metadata],
                    answers: [.created(.object(["success": .boolean, "project": .project]))]
                ),
                handle: save
            ),
            Route(
                .get,
                "/api/projects",
                RouteDescription(
                    "Projects, the one used last first",
                    tag: "projects",
                    query: Paging.fields,
                    answers: [.ok(.page("projects", .project, hasTotal: true))]
                ),
                handle: list
            ),
            Route(
                .get,
                "/api/projects/by-path",
                RouteDescription(
                    "The project of a folder",
                    tag: "projects",
                    query: [ProjectRoutes.wantedPath],
                    answers: [.ok(.object(["project": .project])), .notFound("project")]
                ),
                handle: find
            ),
            Route(
                .get,
                "/api/projects/:id",
                RouteDescription(
                    "A project with its newest requests and its figures",
                    tag: "projects",
                    path: [CommonFields.id],
                    query: [CommonFields.stale],
                    answers: [
                        .ok(.object(["project": .projectDetails, "behind": .sometimes(.behind)])), .notFound("project"),
                    ]
                ),
                handle: details
            ),
            Route(
                .delete,
                "/api/projects/:id",
                RouteDescription(
                    "Deletes a project with all its work",
                    tag: "projects",
                    path: [CommonFields.id],
                    answers: [.deleted, .notFound("project")]
                ),
                handle: delete
            ),
        ]
    }

    @Sendable private func save(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let path = try input.body.required(ProjectRoutes.path)
        let project = try await answering { () throws(AgentsError) in
            try await projects.save(
                path: path,
                name: input.body[ProjectRoutes.name],
                metadata: input.body[ProjectRoutes.metadata]
            )
        }
        return .object(.created) { json in
            json.field("success", true)
            json.object("project") { $0.members(of: project) }
        }
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let page = try input.query.page()
        let lag = projects.lag
        let found = try await answering { () throws(AgentsError) in
            try await projects.list(page, isStale: input.allowsStale)
        }
        return .object { json in
            json.list("projects", found.page, page, total: found.total) { json, project in
                json.object { $0.members(of: project) }
            }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func find(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let path = try input.query.required(ProjectRoutes.wantedPath)
        let project = try await answering { () throws(AgentsError) in try await projects.find(path: path) }
        return .object { json in json.object("project") { $0.members(of: project) } }
    }

    @Sendable private func details(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let lag = projects.lag
        let found = try await answering { () throws(AgentsError) in
            try await projects.details(id, isStale: input.allowsStale)
        }
        return .object { json in
            json.object("project") { json in
                json.members(of: found.project)
                json.array("requests", found.requests) { json, request in
                    json.object { $0.members(of: request, withProject: false) }
                }
                json.field("stats", found.statistics)
            }
            if input.allowsStale { json.behind(lag) }
        }
    }

    @Sendable private func delete(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        try await answering { () throws(AgentsError) in try await projects.delete(id) }
        return RESTResponse(.noContent)
    }
}
