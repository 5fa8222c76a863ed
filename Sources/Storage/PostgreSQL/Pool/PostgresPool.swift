internal import Bus

/// A few connections to one database, opened when they are needed and handed out to one user at a time.
///
/// `PostgresPoolState` decides. A connection that broke is replaced when somebody needs it; one that comes back in the
/// middle of a transaction is rolled back. A pool that refuses when away lets only the first requests wait for
/// a database that says nothing, and goes on trying by itself until it answers.
actor PostgresPool {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private typealias Answer = CheckedContinuation<Result<Lease, StorageError>, Never>

    /// A connection and its number in the pool.
    struct Lease: Sendable {
        fileprivate let number: Int
        let connection: PostgresConnection
    }

    private struct Waiter {
        var answer: Answer
        /// Milliseconds of the loop's clock.
        var deadline: UInt64
    }

    private let options: PostgresOptions
    private let limits: PostgresLimits
    private let waitMilliseconds: UInt64
    private var state: PostgresPoolState {
        didSet { shared.withLock { $0.note(state) } }
    }
    private nonisolated let shared: Lock<PoolFigures>
    private var connections: [Int: PostgresConnection] = [:]
    private var waiters: [Int: Waiter] = [:]
    private var nextWaiter = 0
    private var deadlines: LoopTimer?
    private var reopening: LoopTimer?
    /// Why the last connection could not be opened.
    private var failure: StorageError?
    private static let reopeningMilliseconds: UInt64 = 500
    /// Whoever closes the pool waits for the connections that are in use.
    private var closing: CheckedContinuation<Void, Never>?

    /// SQLSTATE of a statement that was ended, which here only its time-out does.
    private static let ended = "57014"

    /// - Parameters:
    ///   - name: For figures.
    ///   - size: Connections at most.
    ///   - waitMilliseconds: How long a request waits for one.
    ///   - refusesWhenAway: Whether a request is refused at once while the database is known to be away.
    init(
        _ options: PostgresOptions,
        name: String,
        limits: PostgresLimits,
        size: Int,
        waiterLimit: Int = 256,
        waitMilliseconds: UInt64,
        refusesWhenAway: Bool = false,
        on loop: EventLoop
    ) {
        self.options = options
        self.limits = limits
        self.waitMilliseconds = waitMilliseconds
        self.loop = loop
        shared = Lock(PoolFigures(name: name))
        state = PostgresPoolState(limit: size, waiterLimit: waiterLimit, refusesWhenAway: refusesWhenAway)
    }

    // MARK: - Use

    /// Counters and gauges, from any thread.
    nonisolated var figures: PoolFigures { shared.withLock { $0 } }

    /// Runs `body` with a connection that nobody else uses meanwhile.
    nonisolated func withConnection<Value>(
        _ body: (PostgresConnection) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let lease = try await lease()
        do throws(StorageError) {
            let value = try await body(lease.connection)
            await giveBack(lease)
            return value
        } catch {
            if error.sqlState == PostgresPool.ended { shared.withLock { $0.statementTimeOuts += 1 } }
            await giveBack(lease)
            throw error
        }
    }

    private func lease() async throws(StorageError) -> Lease {
        while true {
            let lease = try await withCheckedContinuation { request($0) }.get()
            // It may have broken while nobody used it.
            if await lease.connection.isOpen { return lease }
            discard(lease)
        }
    }

    private func request(_ answer: Answer) {
        nextWaiter += 1
        let waiter = nextWaiter
        switch state.requested(waiter) {
        case .lease(let number): hand(number, to: answer)
        case .refuse: answer.resume(returning: .failure(refusal))
        case .wait: wait(waiter, answer)
        case .waitAndOpen(let number):
            wait(waiter, answer)
            open(number)
        }
    }

    private var refusal: StorageError {
        if state.isClosed { return StorageError(.unavailable, "the store is closed") }
        if state.isAway { return failure ?? PostgresPool.noConnection }
        return StorageError(.unavailable, "\(state.waiterLimit) requests wait for the database already")
    }

    private static let noConnection = StorageError(.unavailable, "the database: no connection in time")

    private func wait(_ waiter: Int, _ answer: Answer) {
        waiters[waiter] = Waiter(answer: answer, deadline: loop.nowMilliseconds + waitMilliseconds)
        watchDeadlines()
    }

    private func hand(_ number: Int, to answer: Answer) {
        guard let connection = connections[number] else { preconditionFailure("a lease without its connection") }
        answer.resume(returning: .success(Lease(number: number, connection: connection)))
    }

    private func open(_ number: Int) {
        let connection = PostgresConnection(options, limits: limits, on: loop)
        connections[number] = connection
        Task {
            do throws(StorageError) {
                try await connection.open()
                failure = nil
                await perform(state.opened(number))
            } catch {
                // It may be open, and have failed at its settings: the loop would go on watching its descriptor.
                await connection.close()
                connections[number] = nil
                failure = error
                for waiter in state.openingFailed(number) { fail(waiter, error) }
                reopenLater()
                finishClosing()
            }
        }
    }

    /// Whether the database is back has to be found out without a request: all are refused.
    private func reopenLater() {
        guard state.isAway, !state.isClosed, reopening == nil else { return }
        reopening = try? LoopTimer(on: loop) { [weak self] in self?.assumeIsolated { $0.reopen() } }
        guard let reopening else { return reopen() }
        reopening.schedule(after: PostgresPool.reopeningMilliseconds)
    }

    private func reopen() {
        reopening?.close()
        reopening = nil
        if let number = state.reopen() { open(number) }
    }

    private func giveBack(_ lease: Lease) async {
        if await lease.connection.isInTransaction {
            _ = try? await lease.connection.run(PostgresCommand("ROLLBACK", isPrepared: false))
        }
        if await lease.connection.isOpen, await !lease.connection.isInTransaction {
            await perform(state.returned(lease.number))
        } else {
            await lease.connection.close()
            discard(lease)
        }
    }

    private func perform(_ action: PostgresPoolState.FreeAction) async {
        switch action {
        case .keep: break
        case .lease(let number, let waiter):
            guard let waiting = waiters.removeValue(forKey: waiter) else { break }
            hand(number, to: waiting.answer)
        case .close(let number):
            await connections.removeValue(forKey: number)?.close()
            finishClosing()
        }
    }

    private func discard(_ lease: Lease) {
        connections[lease.number] = nil
        if let number = state.broke(lease.number) { open(number) }
        finishClosing()
    }

    // MARK: - Deadlines

    private func fail(_ waiter: Int, _ error: StorageError) {
        waiters.removeValue(forKey: waiter)?.answer.resume(returning: .failure(error))
    }

    /// Looks at the deadlines as long as somebody waits.
    private func watchDeadlines() {
        guard deadlines == nil,
            let timer = try? LoopTimer(
                on: loop,
                fire: { [weak self] in
                    self?.assumeIsolated { $0.expire() }
                }
            )
        else { return }
        timer.schedule(after: 50, every: 50)
        deadlines = timer
    }

    private func expire() {
        let now = loop.nowMilliseconds
        for (waiter, waiting) in waiters where waiting.deadline <= now && state.expired(waiter) {
            fail(waiter, PostgresPool.noConnection)
        }
        guard waiters.isEmpty else { return }
        deadlines?.close()
        deadlines = nil
    }

    // MARK: - End

    /// Closes all connections, which fails what is under way on them, and returns when nobody uses one any more.
    func close() async {
        for waiter in state.close() { fail(waiter, StorageError(.unavailable, "the store is closed")) }
        deadlines?.close()
        deadlines = nil
        reopening?.close()
        reopening = nil
        for (number, connection) in connections {
            await connection.close()
            if !state.leased.contains(number), !state.opening.contains(number) { connections[number] = nil }
        }
        await withCheckedContinuation { answer in
            closing = answer
            finishClosing()
        }
    }

    private func finishClosing() {
        guard state.isClosed, state.count == 0, connections.isEmpty else { return }
        closing?.resume()
        closing = nil
    }
}
