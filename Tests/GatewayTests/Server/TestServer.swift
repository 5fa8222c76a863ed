import Agents
import Bus
import Gateway
import Logging
import Storage
import TestSupport

/// A whole server in this process, on ports that the system chose, in a folder that goes with it.
final class TestServer: Sendable {
    let bus: Bus
    let store: DurableStore
    let gateway: GatewayServer
    let rooms: Rooms
    private let folder: TemporaryFolder

    static let secret = "a secret of tests"

    /// - Parameters:
    ///   - loops: event loops of the server.
    ///   - host: the address it listens on.
    static func run(
        loops: Int = 1,
        host: String = "127.0.0.1",
        isDevelopment: Bool = true,
        timeOuts: HTTPService.TimeOuts = HTTPService.TimeOuts(),
        location: StoreLocation = .embedded,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let server = try await TestServer(
            loops: loops,
            host: host,
            isDevelopment: isDevelopment,
            timeOuts: timeOuts,
            location: location
        )
        do {
            try await body(server)
        } catch {
            try await server.stop()
            throw error
        }
        try await server.stop()
    }

    private init(
        loops: Int,
        host: String,
        isDevelopment: Bool,
        timeOuts: HTTPService.TimeOuts,
        location: StoreLocation
    ) async throws {
        folder = try TemporaryFolder()
        let routing = RoutingMemory()
        let registry = InboxRegistry()
        // A sanitizer or a busy machine takes ten times as long, and no test is about that.
        store = try await DurableStore.open(
            folder: folder.path,
            location: location,
            learning: .rules,
            presence: registry.presence,
            patience: 30,
            committed: { routing.apply($0) }
        )
        try await TestServer.load(routing, from: store)
        bus = Bus(loops: loops)
        try await bus.start()
        await bus.keepHistory(HistorySetup(limits: HistoryLimits(depth: 100)))
        rooms = Rooms(
            bus: bus,
            store: store,
            routing: routing,
            registry: registry,
            takePicture: { source, copy throws(AgentsError) in
                do throws(StorageError) {
                    return try DatabasePicture.take(source, to: copy)
                } catch {
                    throw AgentsError(error)
                }
            }
        )
        let authenticator = Authenticator(
            secret: TestServer.secret,
            isDevelopment: isDevelopment,
            tokens: TokenAuthority(secret: TestServer.secret)
        )
        let any = try SocketAddress(host: host, port: 0)
        var configuration = GatewayServer.Configuration(rest: any, webSocket: any)
        configuration.offersEcho = true
        configuration.timeOuts = timeOuts
        gateway = try await GatewayServer.start(
            configuration,
            bus: bus,
            store: store,
            rooms: rooms,
            authenticator: authenticator,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// A database that has just been made may take longer than a read waits, on a busy machine.
    private static func load(_ routing: RoutingMemory, from store: DurableStore) async throws {
        while true {
            do {
                return try await routing.load(from: store)
            } catch {
                guard store.mayBeAway, error.code == .unavailable else { throw error }
            }
        }
    }

    private func stop() async throws {
        await gateway.stopListening()
        await bus.drain(seconds: 5)
        await gateway.finishRequests()
        await rooms.inboxes.finish()
        try await store.close()
        bus.stop()
    }

    var restPort: UInt16 { gateway.restAddress.port }
    var webSocketPort: UInt16 { gateway.webSocketAddress.port }

    /// A WebSocket client on `bus`; `target` is path and query, `bearer` what it shows with the upgrade.
    func connect(_ target: String = "/", bearer: String? = nil, on bus: Bus) async throws -> TestAgent {
        let fields = bearer.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
        let url = "ws://127.0.0.1:\(webSocketPort)\(target)"
        return TestAgent(try await WebSocketClient.connect(to: url, on: bus, fields: fields))
    }
}

/// Runs `body` with a bus for clients.
func withClientBus(_ body: (Bus) async throws -> Void) async throws {
    let bus = Bus()
    try await bus.start()
    do {
        try await body(bus)
    } catch {
        await bus.drain(seconds: 0)
        bus.stop()
        throw error
    }
    await bus.drain(seconds: 5)
    bus.stop()
}
