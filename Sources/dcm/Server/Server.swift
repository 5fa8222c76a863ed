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
    /// Nil when its files could not be opened: histories are in memory only.
    private let history: HistoryStore?
    private let gateway: GatewayServer
    private let logger: Logger

    /// How long connections may take to finish at the end, in seconds.
    private static let drainSeconds = 10.0
    private static let mostRestores = 100

    var restAddress: SocketAddress { gateway.restAddress }
    var webSocketAddress: SocketAddress { gateway.webSocketAddress }

    /// Opens the store, learns what was recorded, then listens: whoever gets an answer gets it from the whole history.
    /// What was opened is closed again when a later step fails.
    static func start(_ settings: ServerSettings, folder: String, loops: Int, logger: Logger) async throws -> Server {
        let routing = RoutingMemory(isShared: settings.store.isShared)
        let registry = InboxRegistry()
        let store = try await DurableStore.open(
            folder: folder,
            location: settings.store,
            limits: settings.journal,
            learning: .rules,
            presence: registry.presence,
            committed: { routing.apply($0) }
        )
        let bus = Bus(loops: loops)
        do {
            try await bus.start()
            let history = try await keepHistory(settings.history, bus: bus, folder: store.folder, logger: logger)
            // A store of its own is waited for; one that may be away is asked until it answers, see `run`.
            if !store.mayBeAway { try await routing.load(from: store) }
            var exchange = settings.exchange
            let secret = try settings.secret ?? SecretFile.secret(in: store.folder.path)
            exchange.secret = secret
            let rooms = Rooms(
                bus: bus,
                store: store,
                routing: routing,
                registry: registry,
                delivery: settings.delivery,
                exchange: exchange,
                takePicture: CopyDatabase.inOtherProcess
            )
            if let history { rooms.inboxes.keepListeners(try await history.listeners(), in: history) }
            return try await listen(
                settings,
                secret: secret,
                bus: bus,
                store: store,
                history: history,
                rooms: rooms,
                logger: logger
            )
        } catch {
            bus.stop()
            try? await store.close()
            throw error
        }
    }

    /// A full disk keeps nobody from talking: histories are then in memory, and durable publishes are refused.
    private static func keepHistory(
        _ limits: HistoryLimits,
        bus: Bus,
        folder: DataFolder,
        logger: Logger
    ) async throws -> HistoryStore? {
        do throws(StorageError) {
            let (store, setup) = try HistoryStore.open(folder: folder, limits: limits)
            await bus.keepHistory(setup)
            return store
        } catch {
            guard error.code == .diskFull else { throw error }
            logger.warning("histories are kept in memory only", metadata: ["reason": "\(error)"])
            await bus.keepHistory(HistorySetup(limits: limits))
            return nil
        }
    }

    /// The answers to repeatable requests that the store doesn't hold yet. A store that goes on taking records over while
    /// they are read is asked anew: it holds more then.
    private static func restore(_ recorder: ActionRecorder, from store: DurableStore) async throws {
        for attempt in 1... {
            do throws(StorageError) {
                return try await store.history(after: store.figures.writer.mark) { entries, _ in
                    recorder.restore(entries)
                }
            } catch {
                guard error.code == .unavailable, attempt < Server.mostRestores else { throw error }
            }
        }
    }

    private static func listen(
        _ settings: ServerSettings,
        secret: String,
        bus: Bus,
        store: DurableStore,
        history: HistoryStore?,
        rooms: Rooms,
        logger: Logger
    ) async throws -> Server {
        // A store of its own answers now; one that may be away is asked until it does, see `run`.
        if !store.mayBeAway { try await rooms.exchange.load() }
        try await restore(rooms.recorder, from: store)
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
        return Server(bus: bus, store: store, rooms: rooms, history: history, gateway: gateway, logger: logger)
    }

    /// Serves until the shutdown begins, then ends in order: ports, connections, store, loops.
    func run() async {
        let reporter = MetricsReporter(bus: bus, figures: store.store, logger: logger)
        await withTaskGroup { group in
            group.addTask { await reporter.run() }
            let callbacks = CallbackClient(bus: bus, hosts: rooms.exchange.callbackHosts)
            group.addTask { await rooms.exchange.run(with: callbacks) }
            group.addTask { await InboxKeeper(inboxes: rooms.inboxes).run() }
            if let shared = store.sharedInboxes {
                group.addTask { await SharedInboxKeeper(inboxes: rooms.inboxes, shared: shared).run() }
            }
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
        await rooms.inboxes.finish()
        // Nobody is connected any more: other servers needn't wait until this one is taken for dead.
        if let shared = store.sharedInboxes { try? await rooms.inboxes.release(to: shared) }
        await closeHistory()
        do throws(StorageError) {
            try await store.close()
        } catch {
            logger.error("the store did not close cleanly", metadata: ["reason": "\(error)"])
        }
        bus.stop()
        logger.info("bye")
    }

    private func closeHistory() async {
        let isWhole = await bus.flushHistory()
        do throws(StorageError) {
            try await history?.close(isWhole: isWhole)
        } catch {
            logger.error("the history did not close cleanly", metadata: ["reason": "\(error)"])
        }
    }
}
