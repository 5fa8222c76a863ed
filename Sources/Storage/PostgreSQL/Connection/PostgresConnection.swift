internal import Bus
internal import Logging

/// One connection to a PostgreSQL server; its socket and libpq are used on its loop only, and nothing blocks there.
///
/// `ConnectionPhases` decides; this actor has the socket, the timer and whoever waits. One exchange runs at a time. A
/// connection that broke stays closed: its owner opens another one.
actor PostgresConnection {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let options: PostgresOptions
    private let limits: PostgresLimits
    private let notified: @Sendable (PostgresNotification) -> Void
    private let ended: @Sendable () -> Void
    private let logger: Logger

    private var phases = ConnectionPhases()
    private var candidates: [PostgresCandidate] = []
    private var addresses: [String: [String]] = [:]
    private var lookups: [String: NameLookup] = [:]
    private var libpq: LibpqConnection?
    private var watcher: DescriptorWatcher?
    private var timer: LoopTimer?
    private var opening: CheckedContinuation<Result<Void, StorageError>, Never>?
    private var running: RunningExchange?
    private var statements = StatementCache()

    private static let notIdle = StorageError(.unavailable, "the connection to the database is closed or in use")
    /// The oldest server whose SQL has everything that is used here.
    private static let oldestServer: Int32 = 140_000

    /// - Parameters:
    ///   - logger: For what the server remarks.
    ///   - notified: Called on the loop for every notification of a channel that `LISTEN` named.
    ///   - ended: Called on the loop when the connection breaks, could not be opened, or is closed.
    init(
        _ options: PostgresOptions,
        limits: PostgresLimits,
        on loop: EventLoop,
        logger: Logger = Logger(label: "dcm.postgres"),
        notified: @escaping @Sendable (PostgresNotification) -> Void = { _ in },
        ended: @escaping @Sendable () -> Void = {}
    ) {
        self.options = options
        self.limits = limits
        self.loop = loop
        self.logger = logger
        self.notified = notified
        self.ended = ended
    }

    // MARK: - Opening

    /// Connects. Call it once.
    func open() async throws(StorageError) {
        let result = await withCheckedContinuation { (answer: CheckedContinuation<Result<Void, StorageError>, Never>) in
            guard phases.phase == .lookingUp else {
                return answer.resume(returning: .failure(PostgresConnection.notIdle))
            }
            opening = answer
            lookUp()
        }
        try result.get()
        let settings = PostgresCommand(
            """
            SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
                set_config('idle_in_transaction_session_timeout', $3, false)
            """,
            isPrepared: false
        )
        .with("\(limits.statement)").with("\(limits.lock)").with("\(limits.idleTransaction)")
        _ = try await run([settings])
    }

    private func lookUp() {
        do throws(StorageError) {
            let hosts = try PostgresHosts(options)
            timer = try onLoop { () throws(BusError) in
                try LoopTimer(on: loop) { [weak self] in self?.assumeIsolated { $0.timedOut() } }
            }
            timer?.schedule(after: options.connectMilliseconds)
            for name in hosts.names {
                lookups[name] = try onLoop { () throws(BusError) in
                    try NameLookup(name, on: loop) { [weak self] result in
                        self?.assumeIsolated { $0.found(result, for: name, of: hosts) }
                    }
                }
            }
            if lookups.isEmpty { connect(to: hosts) }
        } catch {
            perform(phases.ended(), error)
        }
    }

    private func onLoop<Value>(_ body: () throws(BusError) -> Value) throws(StorageError) -> Value {
        do throws(BusError) { return try body() } catch { throw StorageError(.unavailable, error.message) }
    }

    private func found(_ result: Result<[String], BusError>, for name: String, of hosts: PostgresHosts) {
        lookups[name] = nil
        switch result {
        case .success(let found): addresses[name] = found
        case .failure(let error):
            logger.debug("can't look up a host", metadata: ["host": "\(name)", "reason": "\(error)"])
        }
        if lookups.isEmpty { connect(to: hosts) }
    }

    private func connect(to hosts: PostgresHosts) {
        candidates = hosts.candidates(addresses)
        let names = hosts.names.joined(separator: ", ")
        perform(
            phases.lookedUp(candidates: candidates.count),
            StorageError(.unavailable, "the database: no address is known for \(names)")
        )
    }

    private func start(from first: Int) {
        unwatch()
        libpq = LibpqConnection(
            options.parameters,
            candidates: Array(candidates[first...]),
            notices: PostgresNoticeLog(logger)
        )
        timer?.schedule(after: options.connectMilliseconds)
        guard let libpq, !libpq.isBroken else { return perform(phases.polled(.failed, at: nil), openingError) }
        perform(phases.polled(.writing, at: first), openingError)
    }

    private func poll() {
        // libpq may open another socket, with the same number, which a watcher of the old one wouldn't see.
        unwatch()
        guard let libpq else { return }
        let step = phases.polled(libpq.poll(), at: candidates.firstIndex { libpq.isAt($0) })
        perform(step, openingError)
    }

    /// Why no connection came about.
    private var openingError: StorageError {
        let error = connectionError
        guard let message = libpq?.message, ConnectFailure.isOfSettings(message, sqlState: error.sqlState) else {
            return error
        }
        return StorageError(.unreadable, error.message, sqlState: error.sqlState)
    }

    private var connectionError: StorageError {
        let message = libpq?.message ?? "no memory"
        return StorageError(
            postgres: message.split(separator: "\n").first.map(String.init) ?? "no connection to \(options)",
            sqlState: StorageError.sqlState(inMessage: message)
        )
    }

    private func opened() {
        timer?.cancel()
        guard let libpq, libpq.opened() else { return fail(connectionError) }
        guard libpq.serverVersion >= PostgresConnection.oldestServer else {
            let version = libpq.serverVersion / 10_000
            return fail(
                StorageError(.unreadable, "the database: PostgreSQL \(version) is too old, 14 or newer is needed")
            )
        }
        watch()
        opening?.resume(returning: .success(()))
        opening = nil
    }

    // MARK: - Exchanges

    /// True until the connection breaks or is closed.
    var isOpen: Bool { phases.phase != .closed }

    /// True between BEGIN and the end of the transaction, also of one that failed.
    var isInTransaction: Bool { libpq?.isInTransaction ?? false }

    /// What the server reports of itself, for example `server_encoding`.
    func parameter(_ name: String) -> String? { libpq?.parameter(name) }

    /// Runs statements in one round trip; without BEGIN they are one transaction. Throws what failed first.
    func run(_ commands: [PostgresCommand]) async throws(StorageError) -> [PostgresResult] {
        // The cache must not remember what was never sent.
        guard phases.phase == .idle else { throw PostgresConnection.notIdle }
        let requests = commands.map { command in
            (command: command, request: command.isPrepared ? statements.request(for: command.sql) : .once)
        }
        let output = try await perform(PipelineExchange(requests))
        for sql in output.unprepared { statements.forget(sql) }
        return try output.results.get()
    }

    /// Runs one statement.
    func run(_ command: PostgresCommand) async throws(StorageError) -> PostgresResult {
        guard let result = try await run([command]).first else {
            throw StorageError(.database, "the database: a statement had no result")
        }
        return result
    }

    /// Copies rows into a table; returns how many.
    @discardableResult
    func copyIn(_ sql: String, _ source: some CopySource) async throws(StorageError) -> Int {
        try await perform(CopyInExchange(sql, source))
    }

    /// Copies rows of a table or query; `row` is called on the loop.
    func copyOut(_ sql: String, row: @escaping @Sendable ([UInt8]) -> Void) async throws(StorageError) {
        try await perform(CopyOutExchange(sql, row: row))
    }

    private func perform<Exchange: PostgresExchange>(
        _ exchange: Exchange
    ) async throws(StorageError) -> Exchange.Output {
        let result = await withCheckedContinuation { answer in begin(RunningExchange(exchange, answer)) }
        return try result.get()
    }

    private func begin(_ exchange: RunningExchange) {
        guard phases.exchangeBegan(), let libpq else {
            return exchange.fail(PostgresConnection.notIdle)
        }
        running = exchange
        timer?.schedule(after: limits.silence)
        guard exchange.begin(libpq) else { return fail(connectionError) }
        advance()
    }

    private func advance() {
        guard let libpq, let running else { return watch() }
        let step = running.advance(libpq)
        switch step {
        case .waiting, .sending: watch(isSending: step == .sending)
        case .broken: fail(connectionError)
        case .done:
            self.running = nil
            timer?.cancel()
            phases.exchangeEnded()
            watch()
        }
    }

    // MARK: - Socket

    private func ready(_ result: Result<DescriptorWatcher.Readiness, BusError>) {
        if case .connecting = phases.phase { return poll() }
        guard let libpq else { return }
        if running != nil { timer?.schedule(after: limits.silence) }
        // An error of the socket shows when it is read.
        let mustRead = (try? result.get().contains(.readable)) ?? true
        let isWhole = !mustRead || libpq.consumeInput()
        // What the server said before it went explains more than that it went.
        advance()
        // Behind it: those between results are found when the results are.
        while let notification = self.libpq?.nextNotification() { notified(notification) }
        if !isWhole, isOpen { fail(connectionError) }
    }

    /// Watches for answers, remarks and the end of the connection; for room if there is something to send.
    private func watch(isSending: Bool = false) {
        guard let libpq else { return }
        let flush = libpq.flush()
        guard flush != .failed else { return fail(connectionError) }
        watch(for: flush == .pending || isSending ? [.readable, .writable] : .readable)
    }

    private func watch(for readiness: DescriptorWatcher.Readiness) {
        guard let libpq else { return }
        do throws(BusError) {
            if watcher == nil {
                watcher = try DescriptorWatcher(libpq.descriptor, on: loop) { [weak self] result in
                    self?.assumeIsolated { $0.ready(result) }
                }
            }
            watcher?.wait(for: readiness)
        } catch {
            fail(StorageError(.unavailable, error.message))
        }
    }

    private func unwatch() {
        watcher?.close()
        watcher = nil
    }

    // MARK: - End

    private func timedOut() {
        let error = StorageError(.unavailable, "the database: no answer in time from \(options)")
        perform(phases.timedOut(), error)
    }

    private func fail(_ error: StorageError) { perform(phases.ended(), error) }

    private func perform(_ step: ConnectionPhases.Step, _ error: @autoclosure () -> StorageError) {
        switch step {
        case .nothing: break
        case .connect(let first): start(from: first)
        case .wait(let readiness, let isNewAddress):
            if isNewAddress { timer?.schedule(after: options.connectMilliseconds) }
            watch(for: readiness)
        case .opened: opened()
        case .fail: end(error())
        }
    }

    private func end(_ error: StorageError) {
        unwatch()
        timer?.close()
        timer = nil
        for lookup in lookups.values { lookup.cancel() }
        lookups = [:]
        libpq = nil
        running?.fail(error)
        running = nil
        opening?.resume(returning: .failure(error))
        opening = nil
        ended()
    }

    /// Closes the socket and fails what is under way; calling it again does nothing.
    func close() {
        fail(StorageError(.unavailable, "the connection to the database was closed"))
    }
}
