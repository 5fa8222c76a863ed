import Agents
import Bus
import Configuration
import Gateway
import Logging
import Storage

/// Options and environment, put together and checked.
struct ServerSettings {
    let gateway: GatewayServer.Configuration
    let secret: String?
    let isDevelopment: Bool
    let journal: JournalLimits
    let store: StoreLocation
    let delivery: DeliveryPolicy
    let exchange: ExchangeSettings
    let history: HistoryLimits

    /// Throws a `CommandError` with one sentence when something doesn't fit together.
    init(_ options: ServerOptions, environment: ConfigReader, logger: Logger) throws {
        store = try options.database.store(environment)
        exchange = try options.exchange.settings()
        journal = JournalLimits(bytes: Int64(options.journalSize) << 20)
        delivery = options.delivery.policy
        var history = HistoryLimits(depth: options.historyDepth, age: Int64(options.historyAge) * 1000)
        history.totalBytes = options.historySize << 20
        history.channelBytes = min(history.channelBytes, history.totalBytes)
        self.history = history
        let host = try ServerSettings.host(options, environment, logger)
        gateway = try ServerSettings.gateway(options, environment, host: host)
        secret = environment.text("WS_AUTH_SECRET")
        let isLoopback = gateway.isLoopback
        guard isLoopback || secret != nil else {
            throw CommandError("Listening on \(host), beyond this machine, needs a secret: set WS_AUTH_SECRET.")
        }
        guard isLoopback || options.devAuth != true else {
            throw CommandError(
                "--dev-auth lets anybody in and is for loopback only: leave it out to listen on \(host)."
            )
        }
        isDevelopment = options.devAuth ?? (isLoopback && environment.text("NODE_ENV") != "production")
    }

    /// HOST in the environment is often a shell's idea of the machine's name: it is not worth failing for.
    private static func host(
        _ options: ServerOptions,
        _ environment: ConfigReader,
        _ logger: Logger
    ) throws -> String {
        if let host = options.host {
            _ = try address(host, port: 0)
            return host
        }
        guard let host = environment.text("HOST") else { return "127.0.0.1" }
        if (try? SocketAddress(host: host, port: 0)) != nil { return host }
        logger.warning(
            "HOST is not an IP address or localhost and is ignored",
            metadata: ["host": "\(host)", "used": "127.0.0.1"]
        )
        return "127.0.0.1"
    }

    private static func gateway(
        _ options: ServerOptions,
        _ environment: ConfigReader,
        host: String
    ) throws -> GatewayServer.Configuration {
        let port = try options.port ?? environment.port("PORT") ?? 3847
        let wsPort = try options.wsPort ?? environment.port("WS_PORT") ?? 3849
        var gateway = GatewayServer.Configuration(
            rest: try address(host, port: port),
            webSocket: try address(host, port: wsPort)
        )
        gateway.hosts = options.allowHost
        gateway.origins = options.allowOrigin
        gateway.offersEcho = options.echo
        gateway.maximumConnections = try connections(options)
        if let text = environment.text("DCM_REQUEST_TIMEOUT_MS"), let milliseconds = UInt64(text), milliseconds > 0 {
            gateway.timeOuts.request = milliseconds
        }
        return gateway
    }

    /// Ten thousand idle agents are ten thousand open files; some stay free for the store.
    private static func connections(_ options: ServerOptions) throws -> Int {
        let spare = 64
        let allowed = max(1, Descriptor.raiseLimit() - spare)
        guard let wanted = options.maxConnections else { return min(20_000, allowed) }
        guard wanted <= allowed else {
            throw CommandError(
                "--max-connections \(wanted) needs \(wanted + spare) open files, but the system allows \(allowed + spare) ('ulimit -Hn')."
            )
        }
        return wanted
    }

    private static func address(_ host: String, port: UInt16) throws -> SocketAddress {
        do {
            return try SocketAddress(host: host, port: port)
        } catch {
            throw CommandError("\(error.message).")
        }
    }
}

extension ConfigReader {
    /// A variable of the environment under its name, nil when unset or empty.
    func text(_ name: String) -> String? {
        let key = name.lowercased().split(separator: "_").joined(separator: ".")
        return string(forKey: ConfigKey(key)).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A variable that is a port number, nil when unset or empty.
    func port(_ name: String) throws -> UInt16? {
        guard let text = text(name) else { return nil }
        guard let port = UInt16(text) else { throw CommandError("\(name) is '\(text)', which is no port number.") }
        return port
    }
}
