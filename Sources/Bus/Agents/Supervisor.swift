package import Logging

/// Runs agents side by side. One whose handler throws is logged and restarted after a wait that grows; the others
/// don't notice.
package struct Supervisor<C: Clock>: Sendable where C.Duration == Duration {
    private let bus: Bus
    private let clock: C
    private let logger: Logger
    private let backoff: RestartBackoff

    package init(bus: Bus, clock: C = ContinuousClock(), backoff: RestartBackoff = RestartBackoff(), logger: Logger) {
        self.bus = bus
        self.clock = clock
        self.backoff = backoff
        self.logger = logger
    }

    /// Runs the agents until the task is cancelled or the bus ends their subscriptions.
    package func run(_ specifications: [AgentSpecification]) async {
        await withTaskGroup { group in
            for specification in specifications { group.addTask { await run(specification) } }
        }
    }

    /// The inbox outlives the instances: what arrives during a restart is handled by the next one. The message whose
    /// handling failed is not repeated, because it may be the reason.
    private func run(_ specification: AgentSpecification) async {
        var messages = await inbox(of: specification)
        var backoff = backoff
        while !Task.isCancelled {
            let start = clock.now
            var inboxIsFull = false
            do {
                let agent = try await specification.make()
                while true {
                    let next: Message?
                    do throws(BusError) {
                        next = try await messages.next()
                    } catch {
                        inboxIsFull = true
                        throw error
                    }
                    guard let next else { return }
                    try await agent.handle(next)
                }
            } catch {
                if Task.isCancelled { return }
                let wait = backoff.failed(after: start.duration(to: clock.now))
                logger.error(
                    "an agent failed and is restarted",
                    metadata: [
                        "agent": "\(specification.name)", "reason": "\(error)", "wait": "\(wait)",
                    ]
                )
                guard (try? await clock.sleep(until: clock.now.advanced(by: wait), tolerance: nil)) != nil else {
                    return
                }
                // An inbox that has failed gives nothing any more.
                if inboxIsFull { messages = await inbox(of: specification) }
            }
        }
    }

    private func inbox(of specification: AgentSpecification) async -> Subscription.Iterator {
        await bus.subscribe(
            to: specification.patterns,
            bound: specification.inboxBound,
            policy: specification.policy
        ).makeAsyncIterator()
    }
}
