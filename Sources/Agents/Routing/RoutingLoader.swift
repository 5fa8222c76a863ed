internal import Bus
internal import Logging

/// Loads the routing memory as soon as the store answers: one that is away at the start may come back at any time.
package struct RoutingLoader: Sendable {
    private let memory: RoutingMemory
    private let history: any RecordHistory
    private let wait: @Sendable (Duration) async throws -> Void
    private let logger = Logger(label: "dcm.routing")

    package init(
        memory: RoutingMemory,
        history: any RecordHistory,
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.memory = memory
        self.history = history
        self.wait = wait
    }

    /// Tries until it succeeds or the task is cancelled.
    package func run() async {
        var backoff = RestartBackoff(maximum: .seconds(5))
        while !Task.isCancelled {
            do throws(AgentsError) {
                try await memory.load(from: history)
                return
            } catch {
                let pause = backoff.failed(after: .zero)
                logger.info(
                    "what was learnt can't be loaded yet",
                    metadata: ["reason": "\(error)", "again": "\(pause)"]
                )
                do { try await wait(pause) } catch { return }
            }
        }
    }
}
