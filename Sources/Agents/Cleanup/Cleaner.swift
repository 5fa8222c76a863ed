package import Bus
internal import Logging
package import Storage

/// Deletes what is old and closes sessions of which nothing is heard any more: contract section 8.2, with retention.
///
/// A round takes one slice after the other, with a pause between them in which the store does other people's work. What
/// a round doesn't get done is left for the next one.
package final class Cleaner<C: Clock>: Sendable where C.Duration == Duration {
    /// What was done so far.
    package struct Figures: Equatable, Sendable {
        /// The last round that was not another server's.
        package struct Round: Equatable, Sendable {
            package var deletedMessages: Int
            package var endedAt: Timestamp
            package var milliseconds: Int
        }

        package var rounds = 0
        /// Rounds in which another server was cleaning.
        package var leftToOthers = 0
        package var failures = 0
        package var closedSessions = 0
        package var deleted: [CleanableTable: Int] = [:]
        package var last: Round?
    }

    private let store: any CleanupStore
    private let publisher: any MessagePublisher
    private let retention: Retention
    private let clock: C
    private let now: @Sendable () -> Timestamp
    private let state = Lock(Figures())
    private let logger = Logger(label: "dcm.cleanup")

    private static var interval: Duration { .seconds(60) }
    private static var pause: Duration { .milliseconds(50) }
    /// Rows of one slice, and slices of one table in one round.
    static var slice: Int { 500 }
    static var slices: Int { 200 }

    package init(
        store: any CleanupStore,
        publisher: any MessagePublisher,
        retention: Retention,
        clock: C = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.publisher = publisher
        self.retention = retention
        self.clock = clock
        self.now = now
    }

    package var figures: Figures { state.withLock { $0 } }

    /// Cleans now and every minute until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await round()
            do { try await sleep(Self.interval) } catch { return }
        }
    }

    /// One round.
    func round() async {
        let start = clock.now
        let pass: CleanupPass
        do {
            pass = try await self.pass(slices: Self.slices)
        } catch is AnotherCleans {
            return state.withLock { $0.leftToOthers += 1 }
        } catch is CancellationError {
            return
        } catch {
            let isFirst = state.withLock { figures in
                figures.failures += 1
                return figures.failures == 1
            }
            // A store that is away says so in many places; the next round tries again.
            if isFirst { logger.warning("could not clean up", metadata: ["reason": "\(error)"]) }
            return
        }
        let duration = start.duration(to: clock.now)
        let round = Figures.Round(
            deletedMessages: pass[.messages],
            endedAt: now(),
            milliseconds: Int(duration / .milliseconds(1))
        )
        state.withLock { figures in
            figures.rounds += 1
            figures.last = round
        }
    }

    /// Goes through all tables once, in the order of what others wait for: messages first.
    ///
    /// - Parameters:
    ///   - slices: Of each table at most.
    ///   - before: What was done already; goes into the result.
    ///   - done: Called behind each slice with all that was done, and how many rows that slice had.
    /// - Throws: `AnotherCleans`, an error of the store, or what `done` throws.
    func pass(
        slices: Int = .max,
        after before: CleanupPass = CleanupPass(),
        done: (CleanupPass, Int) async throws -> Void = { _, _ in }
    ) async throws -> CleanupPass {
        var pass = before
        for table in CleanableTable.allCases {
            guard let period = retention.periods[table] else { continue }
            let time = time(before: period)
            try await inSlices(slices) {
                guard let count = try await store.deleteRows(of: table, before: time, limit: Self.slice) else {
                    throw AnotherCleans()
                }
                state.withLock { $0.deleted[table, default: 0] += count }
                pass[table] += count
                try await done(pass, count)
                return count
            }
        }
        guard let silence = retention.silence else { return pass }
        let time = time(before: silence)
        try await inSlices(slices) {
            guard let closed = try await store.closeSessions(silentSince: time, limit: Self.slice) else {
                throw AnotherCleans()
            }
            for session in closed { publisher.publish(.session("ended", session.id)) }
            state.withLock { $0.closedSessions += closed.count }
            pass.closedSessions += closed.count
            try await done(pass, closed.count)
            return closed.count
        }
        return pass
    }

    /// As long as slices are whole, with a pause between them.
    private func inSlices(_ most: Int, _ slice: () async throws -> Int) async throws {
        for _ in 0..<most {
            guard try await slice() == Self.slice else { return }
            try await sleep(Self.pause)
        }
    }

    private func time(before period: Duration) -> Timestamp {
        Timestamp(milliseconds: now().milliseconds - Int64(period / .milliseconds(1)))
    }

    private func sleep(_ duration: Duration) async throws {
        try await clock.sleep(until: clock.now.advanced(by: duration), tolerance: nil)
    }
}
