import Bus

/// What an actions run found.
struct ActionsOutcome: Sendable {
    var answered = 0
    var expense = Expense(seconds: 0, server: 0, generator: 0)
    /// From sending a request to its whole answer.
    var latency = Histogram()
}

/// Keep-alive connections with one request each in flight: a closed loop.
final class ActionsRun {
    private let requests: [[UInt8]]
    private let connectionCount: Int
    private let server: ServerFigures
    private let seconds: Double
    private let finish: (Result<ActionsOutcome, BenchError>) -> Void

    private enum Phase { case warming, measuring, draining, over }
    private var phase = Phase.warming
    private var phaseEnd: UInt64 = 0
    private var connections: [ActionConnection] = []
    private var next = 0
    private var outstanding = 0
    private var outcome = ActionsOutcome()
    private var watch: Expense.Stopwatch?

    private static let warmUp: UInt64 = 1_000_000_000

    private init(
        address: SocketAddress,
        connections: Int,
        seconds: Double,
        server: ServerFigures,
        finish: @escaping (Result<ActionsOutcome, BenchError>) -> Void
    ) {
        requests = ActionBodies.make(count: 997).map { body in
            Array(
                "POST /api/actions HTTP/1.1\r\nHost: \(address)\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
                    .utf8
            ) + body
        }
        connectionCount = connections
        self.seconds = seconds
        self.server = server
        self.finish = finish
    }

    /// Posts for `seconds` after a warm-up of one.
    static func run(
        _ address: SocketAddress,
        connections: Int,
        seconds: Double,
        server: ServerFigures,
        on bus: Bus
    ) async throws -> ActionsOutcome {
        let result: Result<ActionsOutcome, BenchError> = await withCheckedContinuation { continuation in
            bus.shards[0].runHere { shard in
                let run = ActionsRun(address: address, connections: connections, seconds: seconds, server: server) {
                    continuation.resume(returning: $0)
                }
                run.open(address, on: shard)
            }
        }
        return try result.get()
    }

    private func open(_ address: SocketAddress, on shard: isolated Shard) {
        phaseEnd = Nanoseconds.now() + ActionsRun.warmUp
        for _ in 0..<connectionCount {
            let connection = ActionConnection(self)
            connections.append(connection)
            do throws(BusError) {
                try shard.connect(to: address, handler: connection)
            } catch { return conclude(.failure(BenchError(error.message))) }
        }
    }

    /// A connection has nothing to do; nil means that the traffic is over.
    func nextRequest(now: UInt64) -> [UInt8]? {
        guard phase != .over, phase != .draining else { return nil }
        next = (next + 1) % requests.count
        outstanding += 1
        return requests[next]
    }

    /// An answer came.
    func answered(status: Int, after nanoseconds: UInt64, now: UInt64) {
        outstanding -= 1
        guard status == 201 else { return conclude(.failure(BenchError("an answer was \(status), not 201"))) }
        if phase == .measuring || phase == .draining {
            outcome.answered += 1
            outcome.latency.record(nanoseconds)
        }
        if now >= phaseEnd { advance(now: now) }
        if phase == .draining, outstanding == 0 { stop() }
    }

    private func advance(now: UInt64) {
        switch phase {
        case .warming:
            phase = .measuring
            phaseEnd = now + UInt64(seconds * 1e9)
            do throws(BenchError) {
                watch = try Expense.start(of: server)
            } catch { conclude(.failure(error)) }
        case .measuring: phase = .draining
        case .draining, .over: break
        }
    }

    private func stop() {
        do throws(BenchError) {
            if let watch { outcome.expense = try watch.stop() }
            conclude(.success(outcome))
        } catch { conclude(.failure(error)) }
    }

    func failed(_ reason: String) { conclude(.failure(BenchError(reason))) }

    private func conclude(_ result: Result<ActionsOutcome, BenchError>) {
        guard phase != .over else { return }
        phase = .over
        for connection in connections { connection.close() }
        connections = []
        finish(result)
    }
}
