import Agents
import Bus
import Gateway
import Logging
import ServiceLifecycle
import Storage

/// A whole server: storage, bus, rooms, ports. It runs until it is told to shut down.
struct Server {
    private let bus: Bus
    private let store: DurableStore
    private let rooms: Rooms
    private let gateway: GatewayServer
    private let logger: Logger

    /// How long connections may take to finish at the end, in seconds.
    private static let drainSeconds = 10.0

    var restAddress: SocketAddress { gateway.restAddress }
    var webSocketAddress: SocketAddress { gateway.webSocketAddress }

    /// Opens the store, learns what was recorded, then listens: whoever gets an answer gets it from the whole history.
    /// What was opened is closed again when a later step fails.
    static func start(_ settings: ServerSettings, folder: String, loops: Int, logger: Logger) async throws -> Server {
        let routing = RoutingMemory(isShared: settings.store.isShared)
        let store = try await DurableStore.open(
            folder: folder,
            location: settings.store,
            limits: settings.journal,
            learning: .rules,
            committed: { routing.apply($0) }
        )
        let bus = Bus(loops: loops)
        do {
            try await bus.start()
            // A store of its own is waited for; one that may be away is asked until it answers, see `run`.
            if !store.mayBeAway { try await routing.load(from: store) }
            return try await listen(settings, bus: bus, store: store, routing: routing, logger: logger)
        } catch {
            bus.stop()
            try? await store.close()
            throw error
        }
    }

    private static func listen(
        _ settings: ServerSettings,
        bus: Bus,
        store: DurableStore,
        routing: RoutingMemory,
        logger: Logger
    ) async throws -> Server {
        let rooms = Rooms(
            bus: bus,
            store: store,
            routing: routing,
            takePicture: CopyDatabase.inOtherProcess
        )
        try await store.history(after: store.figures.writer.mark) { entries, _ in rooms.recorder.restore(entries) }
        let secret = try settings.secret ?? SecretFile.secret(in: store.folder.path)
        let authenticator = Authenticator(
            secret: secret,
            isDevelopment: settings.isDevelopment,
            tokens: TokenAuthority(secret: secret)
        )
        let gateway = try await GatewayServer.start(
            settings.gateway,
            bus: bus,
            store: store,
            rooms: rooms,
            authenticator: authenticator,
            logger: logger
        )
        try store.folder.write(["rest \(gateway.restAddress)", "websocket \(gateway.webSocketAddress)"])
        return Server(bus: bus, store: store, rooms: rooms, gateway: gateway, logger: logger)
    }

    /// Serves until the shutdown begins, then ends in order: ports, connections, store, loops.
    func run() async {
        let reporter = MetricsReporter(bus: bus, figures: store.store, logger: logger)
        await withTaskGroup { group in
            group.addTask { await reporter.run() }
            group.addTask { await rooms.jobs.run() }
            if store.mayBeAway {
                group.addTask {
                    await RoutingLoader(memory: rooms.routing, history: store).run()
                    await RoutingFollower(memory: rooms.routing, scores: store).run()
                }
            }
            try? await gracefulShutdown()
            group.cancelAll()
        }
        logger.info("shutting down")
        await gateway.stopListening()
        await bus.drain(seconds: Server.drainSeconds)
        await gateway.finishRequests()
        await rooms.jobs.stop()
        do throws(StorageError) {
            try await store.close()
        } catch {
            logger.error("the store did not close cleanly", metadata: ["reason": "\(error)"])
        }
        bus.stop()
        logger.info("bye")
    }
}
