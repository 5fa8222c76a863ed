import Bus

/// A value that tests wait for instead of sleeping: every change is shown to those who wait.
package final class Watched<Value: Sendable>: Sendable {
    private struct Waiter {
        let isMet: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Value, Never>
    }

    private struct State {
        var value: Value
        var waiters: [Waiter] = []
    }

    private let state: Lock<State>

    package init(_ value: Value) { state = Lock(State(value: value)) }

    /// The value as it is now.
    package var value: Value { state.withLock { $0.value } }

    /// Changes the value and resumes those whose condition it meets.
    package func update(_ body: (inout Value) -> Void) {
        let (met, value) = state.withLock { state in
            body(&state.value)
            let value = state.value
            let met = state.waiters.filter { $0.isMet(value) }
            state.waiters.removeAll { $0.isMet(value) }
            return (met, value)
        }
        for waiter in met { waiter.continuation.resume(returning: value) }
    }

    /// Returns the value as soon as it meets `isMet`.
    @discardableResult
    package func wait(until isMet: @escaping @Sendable (Value) -> Bool) async -> Value {
        await withCheckedContinuation { continuation in
            let met: Value? = state.withLock { state in
                if isMet(state.value) { return state.value }
                state.waiters.append(Waiter(isMet: isMet, continuation: continuation))
                return nil
            }
            if let met { continuation.resume(returning: met) }
        }
    }
}
