internal import Agents
package import Bus
internal import HTTPTypes

/// Who is there: agents, and the connections of this server.
package struct PresenceRoutes: Sendable {
    private let bus: Bus
    private let agents: AgentService

    package init(bus: Bus, agents: AgentService) {
        self.bus = bus
        self.agents = agents
    }

    package var routes: [Route] {
        [
            Route(.get, "/api/agents", PresenceDescriptions.agents, handle: listAgents),
            Route(.get, "/api/connections", PresenceDescriptions.connections, handle: listConnections),
        ]
    }

    /// Pages go by the ids: `after` is the last one of the page before.
    @Sendable private func listAgents(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let limit = try input.query.required(CommonFields.limit)
        let page = agents.presence.page(
            after: input.query[PresenceDescriptions.after],
            limit: limit,
            connectedOnly: input.query[PresenceDescriptions.connectedOnly] ?? false
        )
        let figures = agents.presence.figures
        var json = JSONWriter()
        json.beginObject()
        json.key("agents")
        json.beginArray()
        for agent in page {
            json.beginObject()
            json.field("agent_id", agent.agentID)
            json.field("connected", agent.isConnected)
            json.field("connections", agent.connections)
            json.field("since", agent.since)
            json.field("last_seen", agent.lastSeen)
            json.field("sessions", agent.sessions)
            json.endObject()
        }
        json.endArray()
        json.field("count", page.count)
        json.field("limit", limit)
        json.field("connected", figures.connected)
        json.field("total", figures.known)
        json.field("next", page.count == limit ? page.last?.agentID : nil)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    /// Pages go by the connections' names: `after` is the last one of the page before.
    @Sendable private func listConnections(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let limit = try input.query.required(CommonFields.limit)
        let after = try input.query[PresenceDescriptions.after].map { (text) throws(GatewayError) in
            guard let name = ConnectionName(text) else {
                throw GatewayError(
                    .badRequest,
                    "Invalid query parameters",
                    details: ["after": ["no connection's name"]]
                )
            }
            return name
        }
        var page: [ConnectionView] = []
        for shard in bus.shards where page.count < limit {
            page += await shard.connectionViews(after: after, limit: limit - page.count)
        }
        let (counters, gauges) = await bus.figures()
        var json = JSONWriter()
        json.beginObject()
        json.key("connections")
        json.beginArray()
        for view in page { view.write(to: &json) }
        json.endArray()
        json.field("count", page.count)
        json.field("limit", limit)
        json.field("total", gauges.connections)
        json.field("slow_consumers", counters.slowConsumers)
        json.field("next", page.count == limit ? page.last?.name.text : nil)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}
