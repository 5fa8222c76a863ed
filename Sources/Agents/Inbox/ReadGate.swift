internal import Bus
internal import DequeModule

/// Lets a few reads of inboxes through at once, the others in their order: after a restart every agent comes at the same
/// moment, and a store that refuses those who are too many would look like one that is away. What waits is bounded by the
/// connections, each of which reads once at a time.
final class ReadGate: Sendable {
    private struct State {
        var running = 0
        var waiters: Deque<CheckedContinuation<Void, Never>> = []
    }

    private let limit: Int
    private let state = Lock(State())

    init(limit: Int) { self.limit = limit }

    func run<Value: Sendable>(_ body: () async -> Value) async -> Value {
        await enter()
        let value = await body()
        leave()
        return value
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let mayEnter = state.withLock { state in
                guard state.running == limit else {
                    state.running += 1
                    return true
                }
                state.waiters.append(continuation)
                return false
            }
            if mayEnter { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            let next = state.waiters.popFirst()
            // Else it goes on in the place of this one.
            if next == nil { state.running -= 1 }
            return next
        }
        next?.resume()
    }
}
