internal import Agents
package import Bus
internal import HTTPTypes

/// The HTTP side of the WebSocket port: contract section 2.1.
package struct ListeningRoutes: Sendable {
    private let bus: Bus
    private let agents: AgentService
    private let port: Int

    package init(bus: Bus, agents: AgentService, port: Int) {
        self.bus = bus
        self.agents = agents
        self.port = port
    }

    package var routes: [Route] {
        [
            Route(.get, "/health", action: health),
            Route(.get, "/stats", action: stats),
            Route(.get, "/", action: upgradeNeeded),
            Route(.get, "/ws", action: upgradeNeeded),
        ]
    }

    @Sendable private func health(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        var json = JSONWriter()
        json.beginObject()
        json.field("status", "healthy")
        json.field("type", "websocket")
        json.field("port", port)
        // Open to everybody, also beyond loopback: there, the names of agents and sessions are not for everybody.
        await writeFigures(to: &json, namesChannels: !agents.needsCredentials)
        json.field("timestamp", Timestamp.now())
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func stats(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        var json = JSONWriter()
        json.beginObject()
        await writeFigures(to: &json, namesChannels: true)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    private func writeFigures(to json: inout JSONWriter, namesChannels: Bool) async {
        let channels = await bus.memberCounts()
        json.field("connectedClients", agents.connectedClients)
        json.field("activeChannels", channels.count)
        if namesChannels {
            json.key("channelStats")
            json.beginObject()
            for (channel, count) in channels.sorted(by: { $0.key < $1.key }) { json.field(channel, count) }
            json.endObject()
        }
        json.field("pendingDeliveries", agents.inboxes.counters.inHand)
    }

    @Sendable private func upgradeNeeded(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        throw GatewayError(.badRequest, "WebSocket upgrade failed: this port speaks WebSocket")
    }
}
