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
            Route(.get, "/health", ListeningRoutes.healthDescription, handle: health),
            Route(.get, "/stats", ListeningRoutes.statsDescription, handle: stats),
            Route(.get, "/", ListeningRoutes.upgradeDescription, handle: upgradeNeeded),
            Route(.get, "/ws", ListeningRoutes.upgradeDescription, handle: upgradeNeeded),
        ]
    }

    private static let healthDescription = RouteDescription(
        "How this port stands",
        tag: "server",
        answers: [
            .ok(
                .object([
                    "status": .text, "type": .text, "port": .integer, "connectedClients": .integer,
                    "activeChannels": .integer, "channelStats": .sometimes(.map(.integer)),
                    "pendingDeliveries": .integer, "timestamp": .time,
                ])
            )
        ]
    )

    private static let statsDescription = RouteDescription(
        "Clients and channels",
        tag: "server",
        answers: [
            .ok(
                .object([
                    "connectedClients": .integer, "activeChannels": .integer, "channelStats": .map(.integer),
                    "pendingDeliveries": .integer,
                ])
            )
        ]
    )

    private static let upgradeDescription = RouteDescription(
        "The way to WebSocket",
        tag: "server",
        answers: [
            RouteAnswer(.switchingProtocols, "WebSocket from here on"),
            .error(.badRequest, "The request asks for no upgrade"),
        ]
    )

    @Sendable private func health(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
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

    @Sendable private func stats(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
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

    @Sendable private func upgradeNeeded(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        throw GatewayError(.badRequest, "WebSocket upgrade failed: this port speaks WebSocket")
    }
}
