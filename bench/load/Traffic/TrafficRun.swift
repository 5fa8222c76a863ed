import Bus

/// Publishers and subscribers on one loop, from connecting to the last delivery.
final class TrafficRun<Format: WireFormat>: LoadOwner {
    private let plan: TrafficPlan
    private let format: Format
    private let server: ServerFigures
    private let finish: (Result<TrafficOutcome, BenchError>) -> Void

    private var state: TrafficState
    private var outcome = TrafficOutcome()
    private var watch: Expense.Stopwatch?
    private var connections: [LoadConnection<Format>] = []
    private var publishers: [LoadConnection<Format>] = []
    private var publications: [Publication] = []
    private var nextPublisher = 0
    /// The number of the last message that each subscriber got from each publisher and that was looked at.
    private var lastNumbers: [[Int]] = []
    /// Until when the silent subscriber may take to read what is left for it.
    private var silentDeadline: UInt64 = 0
    private var isPumping = false
    private let alarm: Alarm?
    private var isFinished = false

    /// Messages appended in one go, so that reading isn't forgotten over writing.
    private static var burst: Int { 256 }
    /// In the closed loop, one delivery in so many is checked completely.
    private static var sampling: Int { 1009 }

    private init(
        _ plan: TrafficPlan,
        format: Format,
        server: ServerFigures,
        finish: @escaping (Result<TrafficOutcome, BenchError>) -> Void
    ) {
        self.plan = plan
        self.format = format
        self.server = server
        self.finish = finish
        state = TrafficState(plan)
        alarm = plan.sleeps ? Alarm() : nil
    }

    /// Runs a plan on the bus's first loop.
    static func run(
        _ plan: TrafficPlan,
        format: Format,
        server: ServerFigures,
        on bus: Bus
    ) async throws -> TrafficOutcome {
        let result: Result<TrafficOutcome, BenchError> = await withCheckedContinuation { continuation in
            bus.shards[0].runHere { shard in
                let run = TrafficRun(plan, format: format, server: server) { continuation.resume(returning: $0) }
                run.open(on: shard)
            }
        }
        return try result.get()
    }

    // MARK: - Opening

    private func open(on shard: isolated Shard) {
        let isOpenLoop = if case .rate = plan.pace { true } else { false }
        let roles: [LoadConnection<Format>.Role] =
            Array(repeating: .subscriber, count: plan.subscribers) + (plan.withSilent ? [.silent] : [])
            + Array(repeating: .publisher, count: plan.publishers)
        var publisherIndex = 0
        for (index, role) in roles.enumerated() {
            let number = role == .publisher ? publisherIndex : index
            let connection = LoadConnection(
                index: index,
                role: role,
                channel: plan.channel(of: number),
                format: format,
                examines: isOpenLoop ? 1 : TrafficRun.sampling,
                owner: self
            )
            connections.append(connection)
            if role == .publisher {
                publishers.append(connection)
                publications.append(
                    format.publication(
                        channel: connection.channel,
                        publisher: publisherIndex,
                        wantsAnswer: plan.wantsAnswers
                    )
                )
                publisherIndex += 1
            }
            do throws(BusError) {
                try shard.connect(
                    to: plan.address,
                    handler: connection,
                    limits: StreamLimits(high: 64 << 20, maximum: 256 << 20)
                )
            } catch {
                return fail(error.message)
            }
        }
        lastNumbers = roles.map { _ in Array(repeating: -1, count: plan.publishers) }
    }

    func becameReady(on shard: isolated Shard) { proceed(state.becameReady(now: Nanoseconds.now()), on: shard) }

    private func proceed(_ step: TrafficState.Step, on shard: isolated Shard) {
        switch step {
        case .goOn: break
        case .startWarmUp: pump(on: shard)
        case .startMeasuring:
            do throws(BenchError) {
                watch = try Expense.start(of: server)
            } catch { return fail(error.description) }
            lastNumbers = lastNumbers.map { $0.map { _ in -1 } }
            outcome.examined = 0
            pump(on: shard)
        case .finish: complete(on: shard)
        }
    }

    // MARK: - Traffic

    func progressed(delivered: Int, acknowledged: Int, on shard: isolated Shard) {
        proceed(state.progressed(delivered: delivered, acknowledged: acknowledged, now: Nanoseconds.now()), on: shard)
        if case .window = plan.pace { publishDue() }
    }

    /// In the open loop the generator never sleeps unless told: a timer of the loop counts milliseconds, and what is due
    /// between two of them would be measured as the server's delay.
    private func pump(on shard: isolated Shard) {
        publishDue()
        guard case .rate = plan.pace, !isPumping else { return }
        isPumping = true
        if let alarm { wait(for: alarm, on: shard) } else { spin(on: shard) }
    }

    private func wait(for alarm: Alarm, on shard: isolated Shard) {
        guard !isFinished, !state.isOver else { return }
        publishDue()
        proceed(state.step(now: Nanoseconds.now()), on: shard)
        // The run belongs to this loop and the work is queued on it.
        nonisolated(unsafe) let run = self
        let loop = shard.loop
        alarm.ring(at: state.nextDue) {
            loop.execute { shard.assumeIsolated { unsafe run.wait(for: alarm, on: $0) } }
        }
    }

    private func spin(on shard: isolated Shard) {
        guard !isFinished, !state.isOver else { return }
        publishDue()
        proceed(state.step(now: Nanoseconds.now()), on: shard)
        // The run belongs to this loop and the work is queued on it.
        nonisolated(unsafe) let run = self
        shard.loop.execute { shard.assumeIsolated { unsafe run.spin(on: $0) } }
    }

    private func publishDue() {
        let count = state.due(now: Nanoseconds.now(), most: TrafficRun.burst)
        guard count > 0 else { return }
        for _ in 0..<count {
            let number = state.published
            let time = state.publish()
            let index = nextPublisher
            nextPublisher = (nextPublisher + 1) % publishers.count
            publications[index].set(number: number, time: time)
            publishers[index].stream?.append(publications[index].bytes)
        }
    }

    func examine(_ unit: Span<UInt8>, dataStart: Int, of connection: Int) {
        guard state.isMeasuring else { return }
        let publisher = PayloadData.publisher(unit, at: dataStart)
        let number = PayloadData.number(unit, at: dataStart)
        guard lastNumbers[connection].indices.contains(publisher), number > lastNumbers[connection][publisher] else {
            return fail("message \(number) of publisher \(publisher) came late or twice")
        }
        lastNumbers[connection][publisher] = number
        outcome.examined += 1
        if case .rate = plan.pace {
            guard connections[connection].role != .silent else { return }
            let now = Nanoseconds.now()
            outcome.latency.record(now - min(now, PayloadData.time(unit, at: dataStart)))
            guard outcome.examined.isMultiple(of: TrafficRun.sampling) else { return }
        }
        if !format.isIntact(unit, channel: connections[connection].channel) { fail("a message arrived changed") }
    }

    // MARK: - End

    func tick(now: UInt64, on shard: isolated Shard) {
        guard !isFinished else { return }
        let now = Nanoseconds.now()
        guard !state.isOver else {
            if now > silentDeadline { end() }
            return
        }
        if state.isStalled(now: now) {
            fail("no progress for 10 s: \(state.published) published, \(state.delivered) delivered")
        } else if case .window = plan.pace {
            proceed(state.step(now: now), on: shard)
        }
    }

    func ended(_ reason: String, code: Int?, isSilent: Bool, on shard: isolated Shard) {
        guard isSilent else { return fail(reason) }
        outcome.silentCode = code
        if state.isOver { end() }
    }

    private func complete(on shard: isolated Shard) {
        outcome.published = state.published
        outcome.delivered = state.delivered
        do throws(BenchError) {
            if let watch { outcome.expense = try watch.stop() }
        } catch { return fail(error.description) }
        // The slow one learns what became of it when it reads again.
        guard plan.withSilent, outcome.silentCode == nil else { return end() }
        silentDeadline = Nanoseconds.now() + 15_000_000_000
        for connection in connections where connection.role == .silent { connection.stream?.resumeReading() }
    }

    private func end() { conclude(.success(outcome)) }
    private func fail(_ reason: String) { conclude(.failure(BenchError(reason))) }

    private func conclude(_ result: Result<TrafficOutcome, BenchError>) {
        guard !isFinished else { return }
        isFinished = true
        alarm?.stop()
        for connection in connections { connection.close() }
        connections = []
        publishers = []
        finish(result)
    }
}
