import Bus

/// A clock that stands still until a test moves it.
package final class TestClock: Clock, Sendable {
    package struct Instant: InstantProtocol {
        /// Since the clock was made.
        package let offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var nextKey = 0
        var sleepers: [Int: Sleeper] = [:]
        /// Cancelled before they slept.
        var cancelled: Set<Int> = []
    }

    private let state = Lock(State())
    /// Deadlines of those who sleep, as offsets.
    private let deadlines = Watched<[Int: Duration]>([:])

    package init() {}

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let key = state.withLock { state in
            state.nextKey += 1
            return state.nextKey
        }
        defer { deadlines.update { $0[key] = nil } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(key) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers[key] = Sleeper(deadline: deadline, continuation: continuation)
                    return nil
                }
                guard let result else { return deadlines.update { $0[key] = deadline.offset } }
                continuation.resume(with: result)
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: key)
                if sleeper == nil { state.cancelled.insert(key) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the time and wakes those whose deadline it reaches, the earliest first.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for key in due.keys { state.sleepers[key] = nil }
            return due.sorted { ($0.value.deadline.offset, $0.key) < ($1.value.deadline.offset, $1.key) }
        }
        // Gone at once, so that `sleeping` never counts somebody who has been woken.
        deadlines.update { deadlines in
            for (key, _) in due { deadlines[key] = nil }
        }
        for (_, sleeper) in due { sleeper.continuation.resume() }
    }

    /// Waits until `count` tasks sleep; returns how long each of them will, shortest first.
    @discardableResult
    package func sleeping(_ count: Int = 1) async -> [Duration] {
        let offsets = await deadlines.wait { $0.count >= count }
        let now = now
        return offsets.values.map { $0 - now.offset }.sorted()
    }
}
