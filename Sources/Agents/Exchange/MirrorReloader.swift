internal import Bus
internal import Logging
internal import Storage

/// Loads what is kept in memory of blockings and subscriptions: at the start, as soon as the store answers, and again
/// and again where other servers may change them.
package struct MirrorReloader<C: Clock>: Sendable where C.Duration == Duration {
    private let blocking: Blocking
    private let subscriptions: TopicSubscriptions
    private let repeats: Bool
    private let clock: C
    private let logger = Logger(label: "dcm.exchange")

    /// How long this server may not know what another one did.
    private static var interval: Duration { .seconds(5) }

    /// - Parameter repeats: The store is shared with other servers.
    package init(
        blocking: Blocking,
        subscriptions: TopicSubscriptions,
        repeats: Bool,
        clock: C = ContinuousClock()
    ) {
        self.blocking = blocking
        self.subscriptions = subscriptions
        self.repeats = repeats
        self.clock = clock
    }

    /// Loads once.
    package func load() async throws(AgentsError) {
        do {
            try await blocking.reload()
            try await subscriptions.reload()
        } catch {
            throw AgentsError(error)
        }
    }

    /// Runs until there is nothing more to do or the task is cancelled.
    package func run() async {
        var backoff = RestartBackoff(maximum: Self.interval)
        var hasFailed = false
        while !Task.isCancelled {
            var pause = Self.interval
            do throws(AgentsError) {
                try await load()
                guard repeats else { return }
                backoff = RestartBackoff(maximum: Self.interval)
                hasFailed = false
            } catch {
                pause = backoff.failed(after: .zero)
                // Once for each time that the store is away.
                if !hasFailed {
                    logger.info("blockings and subscriptions can't be loaded now", metadata: ["reason": "\(error)"])
                }
                hasFailed = true
            }
            do { try await clock.sleep(until: clock.now.advanced(by: pause), tolerance: nil) } catch { return }
        }
    }
}
