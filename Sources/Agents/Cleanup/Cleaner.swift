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

    /// Another server cleans: this one stops.
    private struct Taken: Error {}

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
        var deletedMessages = 0
        do {
            // In the order of what others wait for: messages first.
            for table in CleanableTable.allCases {
                guard let period = retention.periods[table] else { continue }
                let count = try await delete(table, before: time(before: period))
                if table == .messages { deletedMessages = count }
            }
            if let silence = retention.silence { try await closeSessions(silentSince: time(before: silence)) }
        } catch is Taken {
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
            deletedMessages: deletedMessages,
            endedAt: now(),
            milliseconds: Int(duration / .milliseconds(1))
        )
        state.withLock { figures in
            figures.rounds += 1
            figures.last = round
        }
    }

    private func delete(_ table: CleanableTable, before time: Timestamp) async throws -> Int {
        var total = 0
        for _ in 0..<Self.slices {
            guard let count = try await store.deleteRows(of: table, before: time, limit: Self.slice) else {
                throw Taken()
            }
            total += count
            state.withLock { $0.deleted[table, default: 0] += count }
            guard count == Self.slice else { break }
            try await sleep(Self.pause)
        }
        return total
    }

    private func closeSessions(silentSince time: Timestamp) async throws {
        for _ in 0..<Self.slices {
            guard let closed = try await store.closeSessions(silentSince: time, limit: Self.slice) else {
                throw Taken()
            }
            for session in closed { publisher.publish(.session("ended", session.id)) }
            state.withLock { $0.closedSessions += closed.count }
            guard closed.count == Self.slice else { return }
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
