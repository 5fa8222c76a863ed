package import Agents
package import Bus
package import Logging
package import Storage

/// Both ports of a server and what hangs behind them.
package final class GatewayServer: Sendable {
    /// What can be chosen.
    package struct Configuration: Sendable {
        package var rest: SocketAddress
        package var webSocket: SocketAddress
        /// Names beside the loopback ones that requests may have in Host.
        package var hosts: [String] = []
        /// Origins beside our own whose pages are served.
        package var origins: [String] = []
        /// Adds `/echo` to the WebSocket port.
        package var offersEcho = false
        /// Connections of both ports together.
        package var maximumConnections = 20_000
        package var timeOuts = HTTPService.TimeOuts()

        package init(rest: SocketAddress, webSocket: SocketAddress) {
            self.rest = rest
            self.webSocket = webSocket
        }

        /// Nobody beyond this machine reaches either port, so nobody has to show credentials.
        package var isLoopback: Bool { rest.isLoopback && webSocket.isLoopback }
    }

    private let listenings: [Listening]
    /// What the REST port can do.
    package let routes: [Route]
    /// What the WebSocket port can do beside WebSocket.
    package let webSocketRoutes: [Route]
    private let running: RunningRequests
    /// Where REST is served.
    package var restAddress: SocketAddress { listenings[0].address }
    /// Where WebSocket is served.
    package var webSocketAddress: SocketAddress { listenings[1].address }

    private init(_ listenings: [Listening], rest: HTTPService, web: HTTPService, _ running: RunningRequests) {
        self.listenings = listenings
        routes = rest.router.routes
        webSocketRoutes = web.router.routes
        self.running = running
    }

    /// Listens on both ports, or on none.
    package static func start(
        _ configuration: Configuration,
        bus: Bus,
        store: DurableStore,
        rooms: Rooms,
        authenticator: Authenticator,
        logger: Logger
    ) async throws(BusError) -> GatewayServer {
        let agents = AgentService(
            authenticator: authenticator,
            inboxes: rooms.inboxes,
            events: rooms.events,
            messages: rooms.messages,
            blocking: rooms.exchange.blocking,
            needsCredentials: !configuration.isLoopback
        )
        let policy = HostPolicy(
            ports: [Int(configuration.rest.port)],
            hosts: configuration.hosts,
            origins: configuration.origins
        )
        let answers = AnswerCounter()
        let running = RunningRequests()
        let web = webSocketService(
            configuration,
            bus: bus,
            agents: agents,
            policy: policy,
            answers: answers,
            running: running,
            logger: logger
        )
        let rest = restService(
            configuration,
            bus: bus,
            store: store,
            rooms: rooms,
            agents: agents,
            policy: policy,
            logger: logger,
            answers: answers,
            running: running,
            otherPort: web.router.routes
        )
        var listenings: [Listening] = []
        do throws(BusError) {
            for (address, service) in [(configuration.rest, rest), (configuration.webSocket, web)] {
                listenings.append(
                    try await bus.listen(
                        on: address,
                        maximumConnections: configuration.maximumConnections,
                        logger: logger
                    ) { _ in HTTPConnection(service) }
                )
            }
        } catch {
            for listening in listenings { await listening.close() }
            throw error
        }
        return GatewayServer(listenings, rest: rest, web: web, running)
    }

    private static func restService(
        _ configuration: Configuration,
        bus: Bus,
        store: DurableStore,
        rooms: Rooms,
        agents: AgentService,
        policy: HostPolicy,
        logger: Logger,
        answers: AnswerCounter,
        running: RunningRequests,
        otherPort: [Route]
    ) -> HTTPService {
        let isLoopback = configuration.rest.isLoopback
        var routes = HealthRoutes(store: store).routes
        routes += ActionRoutes(recorder: rooms.recorder, history: rooms.history).routes
        routes += RoutingRoutes(memory: rooms.routing, feedback: rooms.feedback).routes
        routes += WorkRoutes(rooms.work).routes
        routes += ToolsRoutes(tools: rooms.tools).routes
        routes += HookRoutes(recorder: rooms.recorder).routes
        routes +=
            MessageRoutes(messages: rooms.messages, inboxes: rooms.inboxes, authenticator: agents.authenticator).routes
        routes += InboxRoutes(messages: rooms.messages, inboxes: rooms.inboxes).routes
        routes += ExchangeRoutes(rooms, store: store).routes
        routes += ChannelRoutes(bus: bus, authenticator: agents.authenticator).routes
        routes += PresenceRoutes(bus: bus, agents: agents).routes
        routes += JobRoutes(jobs: rooms.jobs).routes
        routes += TokenRoutes(authenticator: agents.authenticator, isLoopback: isLoopback).routes
        routes +=
            FigureRoutes(
                bus: bus,
                store: store,
                recorder: rooms.recorder,
                memory: rooms.routing,
                exchange: rooms.exchange,
                jobs: rooms.jobs.figures,
                agents: agents,
                answers: answers
            ).routes
        let port = configuration.webSocket.port
        let names = otherPort.map(\.name).joined(separator: ", ")
        routes +=
            OpenAPIRoutes(
                describing: routes,
                about: "REST. The WebSocket port (\(port)) has the messages of docs/protocol.md on /ws and answers "
                    + "\(names) over HTTP: the last of these describes them."
            ).routes
        return HTTPService(
            router: Router(routes),
            hostPolicy: policy,
            gate: agents.gate,
            timeOuts: configuration.timeOuts,
            answers: answers,
            running: running,
            logger: logger
        )
    }

    private static func webSocketService(
        _ configuration: Configuration,
        bus: Bus,
        agents: AgentService,
        policy: HostPolicy,
        answers: AnswerCounter,
        running: RunningRequests,
        logger: Logger
    ) -> HTTPService {
        var routes = ListeningRoutes(bus: bus, agents: agents, port: Int(configuration.webSocket.port)).routes
        routes +=
            OpenAPIRoutes(
                describing: routes,
                about: "The HTTP side of the WebSocket port, whose messages docs/protocol.md has. REST is on another "
                    + "port (\(configuration.rest.port)), which describes itself in the same way."
            ).routes
        let upgrade = WebSocketUpgrade(agents: agents, offersEcho: configuration.offersEcho)
        return HTTPService(
            router: Router(routes),
            hostPolicy: policy,
            gate: agents.gate,
            timeOuts: configuration.timeOuts,
            answers: answers,
            running: running,
            logger: logger
        ) { head, shard in upgrade.answer(head, on: shard) }
    }

    /// Waits for the requests that are being worked on, also those whose connection is gone.
    package func finishRequests() async { await running.finish() }

    /// Accepts no more connections; those that exist live on.
    package func stopListening() async {
        for listening in listenings { await listening.close() }
    }
}
