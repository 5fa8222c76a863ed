internal import Bus

extension AgentsError {
    static let shuttingDown = AgentsError(.unavailable, "The server is shutting down")
}

/// Tasks that nobody waits for, so that the end of the server can: one that goes on when the store is closed would call
/// into threads that have ended.
final class BackgroundTasks: Sendable {
    private struct State {
        var count = 0
        var isEnding = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Lock(State())

    /// Starts a task; not any more once `finish` was called. Each of them has to end by itself.
    func run(_ body: @escaping @Sendable () async -> Void) {
        guard begin() else { return }
        Task {
            await body()
            end()
        }
    }

    /// Counts something that somebody else's task does; false once `finish` was called: then it must not be done.
    func begin() -> Bool {
        state.withLock { state in
            if !state.isEnding { state.count += 1 }
            return !state.isEnding
        }
    }

    /// What was begun is done.
    func end() {
        let waiters = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Starts no more and returns when none runs.
    func finish() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isEnding = true
                if state.count > 0 { state.waiters.append(continuation) }
                return state.count == 0
            }
            if isIdle { continuation.resume() }
        }
    }
}
