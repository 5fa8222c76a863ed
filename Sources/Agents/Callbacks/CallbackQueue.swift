internal import Storage

/// Callbacks that wait: a state machine without tasks, sockets or clock.
///
/// Of one subscription one callback is under way at a time, in the order of its messages; a receiver that is away holds
/// up nobody else. What is beyond the bounds is dropped and counted: the message itself is in its agent's inbox.
struct CallbackQueue: Sendable {
    struct Limits: Sendable {
        var callbacks = 1024
        var callbacksOfOne = 128
        var bytes = 16 << 20
        /// Attempts that run at the same time.
        var running = 8
        /// Attempts for each callback.
        var attempts = 5
    }

    struct Counters: Equatable, Sendable {
        var delivered = 0
        /// Attempts that are repeated.
        var retries = 0
        /// Given up: refused, or the last attempt has failed.
        var failed = 0
        /// Not accepted at a bound.
        var dropped = 0
    }

    private struct Target {
        var waiting: [Callback] = []
        var attempt = 1
        var isRunning = false
        /// A failed attempt waits for its next one.
        var isResting = false
    }

    private let limits: Limits
    private var targets: [UUIDv7: Target] = [:]
    /// Targets that may run, in the order in which they became ready.
    private var ready: [UUIDv7] = []
    private var bytes = 0
    private var running = 0
    private(set) var count = 0
    private(set) var counters = Counters()

    init(limits: Limits = Limits()) { self.limits = limits }

    /// True if there is no room for a callback with so long a body, whoever it is for.
    func isFull(for bytes: Int) -> Bool { count >= limits.callbacks || self.bytes + bytes > limits.bytes }

    /// Counts callbacks that weren't even made, because it is full.
    mutating func drop(_ count: Int) { counters.dropped += count }

    /// Takes a callback; false if it is dropped.
    mutating func add(_ callback: Callback) -> Bool {
        var target = targets[callback.subscriptionID] ?? Target()
        guard !isFull(for: callback.body.count), target.waiting.count < limits.callbacksOfOne else {
            counters.dropped += 1
            return false
        }
        if target.waiting.isEmpty { ready.append(callback.subscriptionID) }
        target.waiting.append(callback)
        targets[callback.subscriptionID] = target
        count += 1
        bytes += callback.body.count
        return true
    }

    /// An attempt that is to be made.
    struct Attempt: Equatable, Sendable {
        let callback: Callback
        /// From 1.
        let number: Int
    }

    /// The next attempt; nil if none may be made now. `finished` ends it.
    mutating func next() -> Attempt? {
        guard running < limits.running, !ready.isEmpty else { return nil }
        let id = ready.removeFirst()
        guard var target = targets[id], let callback = target.waiting.first else { return nil }
        target.isRunning = true
        targets[id] = target
        running += 1
        return Attempt(callback: callback, number: target.attempt)
    }

    enum FinishedAction: Equatable {
        /// Look for the next attempt.
        case goOn
        /// Call `rested` after a while that grows with the number of attempts.
        case rest(attempts: Int)
    }

    /// An attempt has ended.
    mutating func finished(_ id: UUIDv7, _ outcome: CallbackOutcome) -> FinishedAction {
        guard var target = targets[id], target.isRunning, let callback = target.waiting.first else { return .goOn }
        running -= 1
        target.isRunning = false
        if case .failed = outcome, target.attempt < limits.attempts {
            counters.retries += 1
            target.isResting = true
            let attempts = target.attempt
            target.attempt += 1
            targets[id] = target
            return .rest(attempts: attempts)
        }
        if outcome == .delivered { counters.delivered += 1 } else { counters.failed += 1 }
        target.waiting.removeFirst()
        target.attempt = 1
        count -= 1
        bytes -= callback.body.count
        if target.waiting.isEmpty {
            targets[id] = nil
        } else {
            targets[id] = target
            ready.append(id)
        }
        return .goOn
    }

    /// The wait after a failed attempt is over.
    mutating func rested(_ id: UUIDv7) {
        guard targets[id]?.isResting == true else { return }
        targets[id]?.isResting = false
        ready.append(id)
    }

    /// A subscription has ended: what waits for it is forgotten. One that is under way ends by itself.
    mutating func forget(_ id: UUIDv7) {
        guard var target = targets[id] else { return }
        let kept = target.isRunning ? 1 : 0
        for callback in target.waiting.dropFirst(kept) {
            count -= 1
            bytes -= callback.body.count
        }
        target.waiting.removeLast(target.waiting.count - kept)
        ready.removeAll { $0 == id }
        targets[id] = target.isRunning ? target : nil
    }
}
