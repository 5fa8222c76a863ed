internal import Agents
internal import Bus
internal import HTTPTypes

/// What tools the user has installed: contract section 1.1.
struct ToolsRoutes: Sendable {
    let tools: ToolsInventory

    private static let description = RouteDescription(
        "How many skills, commands, workflows and plugins are installed, as of at most five minutes ago",
        tag: "server",
        answers: [
            .ok(
                .object([
                    "skills": .integer, "commands": .integer, "workflows": .integer, "plugins": .integer,
                    "cached_at": .time, "from_cache": .boolean,
                ])
            )
        ]
    )

    var routes: [Route] { [Route(.get, "/stats/tools-summary", ToolsRoutes.description, handle: summary)] }

    @Sendable private func summary(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let answer = await tools.summary()
        return .object { json in
            json.field("skills", answer.summary.skills)
            json.field("commands", answer.summary.commands)
            json.field("workflows", answer.summary.workflows)
            json.field("plugins", answer.summary.plugins)
            json.field("cached_at", answer.madeAt)
            json.field("from_cache", answer.isFromCache)
        }
    }
}
