internal import Bus
internal import Logging

/// Keeps a routing memory up to date with what other servers write into a store that they share.
///
/// A notification only wakes it, and may be lost; so it looks now and then without one. What it finds is in the store's
/// tables.
package struct RoutingFollower: Sendable {
    private let memory: RoutingMemory
    private let scores: any SharedScores
    private let wait: @Sendable (Duration) async throws -> Void
    private let logger = Logger(label: "dcm.routing")

    /// Looks without being woken.
    private static let interval = Duration.seconds(5)
    /// A server that learns all the time wakes the others all the time.
    private static let rest = Duration.milliseconds(200)

    package init(
        memory: RoutingMemory,
        scores: any SharedScores,
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.memory = memory
        self.scores = scores
        self.wait = wait
    }

    /// Follows a memory that is loaded, until the task is cancelled.
    package func run() async {
        // One wake-up stands for all that came before it is served.
        let (news, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await scores.watchScores { wake.yield() }
        await withTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    do { try await wait(Self.interval) } catch { return }
                    wake.yield()
                }
            }
            var isFailing = false
            for await _ in news {
                do throws(AgentsError) {
                    if try await !memory.follow(scores) { wake.yield() }
                    isFailing = false
                } catch {
                    if !isFailing {
                        logger.info("what other servers learn is not known", metadata: ["reason": "\(error)"])
                    }
                    isFailing = true
                }
                do { try await wait(Self.rest) } catch { break }
            }
            group.cancelAll()
        }
    }
}
