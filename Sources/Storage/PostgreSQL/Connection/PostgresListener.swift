internal import Bus
internal import Logging

/// Hears what is notified in a database, on a connection of its own that comes back by itself.
///
/// A notification only wakes: what was notified while there was no connection is lost. So whoever listens is told to
/// look again each time that the server has begun to notify, and looks at the tables for what is true.
actor PostgresListener {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// What somebody who listens is told.
    enum Call: Equatable, Sendable {
        /// Everything notified from now on is heard; what was notified before may have been missed.
        case lookAgain
        case notified(payload: String)
    }

    private let options: PostgresOptions
    private let logger = Logger(label: "dcm.postgres")
    private var channels: [String: @Sendable (Call) -> Void] = [:]
    private var connection: PostgresConnection?
    private var isConnected = false
    private var isClosed = false
    private var running: Task<Void, Never>?
    private var timer: LoopTimer?
    private var sleeper: CheckedContinuation<Void, Never>?
    private nonisolated let shared = Lock(PoolFigures(name: "listener"))

    /// How often a connection without news is asked whether it is there: nothing else would notice that a network
    /// swallows everything.
    private static let silenceMilliseconds: UInt64 = 15_000

    init(_ options: PostgresOptions, on loop: EventLoop) {
        self.options = options
        self.loop = loop
    }

    /// Counters and gauges, from any thread.
    nonisolated var figures: PoolFigures { shared.withLock { $0 } }

    /// Calls `heard` on the loop for what is notified on a channel, and connects at the first channel. A channel has
    /// one listener.
    func listen(to channel: String, _ heard: @escaping @Sendable (Call) -> Void) {
        guard !isClosed else { return }
        channels[channel] = heard
        if running == nil { running = Task { await run() } }
        wake()
    }

    private func run() async {
        var backoff = RestartBackoff(maximum: .seconds(5))
        while !isClosed {
            let start = ContinuousClock.now
            await hearOneConnection()
            guard !isClosed else { return }
            let pause = backoff.failed(after: .now - start)
            await sleep(milliseconds: UInt64(pause / .milliseconds(1)))
        }
    }

    /// Listens until the connection breaks.
    private func hearOneConnection() async {
        let connection = PostgresConnection(
            options,
            limits: .requests,
            on: loop,
            notified: { [weak self] notification in self?.assumeIsolated { $0.heard(notification) } },
            ended: { [weak self] in self?.assumeIsolated { $0.connectionEnded() } }
        )
        self.connection = connection
        isConnected = true
        do throws(StorageError) {
            try await connection.open()
            shared.withLock { $0.connections = 1 }
            try await follow(connection)
            shared.withLock { $0.broken += 1 }
        } catch {
            logger.debug("notifications are not heard", metadata: ["reason": "\(error)"])
            shared.withLock { $0.connections == 1 ? ($0.broken += 1) : ($0.failedConnects += 1) }
        }
        shared.withLock { $0.connections = 0 }
        self.connection = nil
        await connection.close()
    }

    private func follow(_ connection: PostgresConnection) async throws(StorageError) {
        var known: Set<String> = []
        while isConnected {
            guard let channel = channels.keys.first(where: { !known.contains($0) }) else {
                await sleep(milliseconds: Self.silenceMilliseconds)
                guard isConnected, channels.count == known.count else { continue }
                _ = try await connection.run(PostgresCommand(FigureStatements.probe))
                continue
            }
            // An identifier can't be a parameter.
            let listen = "LISTEN \(PostgresDatabase.quoted(channel))"
            _ = try await connection.run(PostgresCommand(listen, isPrepared: false))
            known.insert(channel)
            channels[channel]?(.lookAgain)
        }
    }

    private func heard(_ notification: PostgresNotification) {
        channels[notification.channel]?(.notified(payload: notification.payload))
    }

    private func connectionEnded() {
        isConnected = false
        wake()
    }

    // MARK: - Waiting

    private func sleep(milliseconds: UInt64) async {
        if timer == nil {
            timer = try? LoopTimer(on: loop) { [weak self] in self?.assumeIsolated { $0.wake() } }
        }
        await withCheckedContinuation { continuation in
            guard !isClosed, let timer else { return continuation.resume() }
            sleeper = continuation
            timer.schedule(after: milliseconds)
        }
    }

    private func wake() {
        timer?.cancel()
        sleeper?.resume()
        sleeper = nil
    }

    /// Ends the connection; nobody is called behind it.
    func close() async {
        isClosed = true
        channels = [:]
        await connection?.close()
        wake()
        await running?.value
        timer?.close()
        timer = nil
    }
}
