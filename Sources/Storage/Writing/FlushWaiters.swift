/// Those who wait for the store to hold a position, each with a deadline. A value without a clock: whoever must be
/// answered is returned, so that the owner can answer outside of its lock.
struct FlushWaiters {
    typealias Result = Swift.Result<Void, StorageError>
    typealias Answer = CheckedContinuation<Result, Never>

    private struct Waiter {
        var position: JournalPosition
        var deadline: ContinuousClock.Instant
        var answer: Answer
    }

    /// Beyond it a reader is refused at once.
    static let limit = 4096

    private var waiters: [Waiter] = []
    /// Readers refused because so many waited.
    private(set) var refused: UInt64 = 0

    var isEmpty: Bool { waiters.isEmpty }

    /// False at the limit: the caller answers.
    mutating func add(_ position: JournalPosition, deadline: ContinuousClock.Instant, _ answer: Answer) -> Bool {
        guard waiters.count < Self.limit else {
            refused += 1
            return false
        }
        waiters.append(Waiter(position: position, deadline: deadline, answer: answer))
        return true
    }

    /// Those whose records the store holds now.
    mutating func held(through mark: JournalPosition) -> [Answer] { take { $0.position <= mark } }

    /// Those who have waited long enough.
    mutating func expired(at now: ContinuousClock.Instant) -> [Answer] { take { $0.deadline <= now } }

    /// Everybody.
    mutating func all() -> [Answer] { take { _ in true } }

    private mutating func take(where matches: (Waiter) -> Bool) -> [Answer] {
        let taken = waiters.filter(matches).map(\.answer)
        if !taken.isEmpty { waiters.removeAll(where: matches) }
        return taken
    }
}

extension [FlushWaiters.Answer] {
    /// Answers each of them alike.
    func resume(_ result: FlushWaiters.Result) {
        for answer in self { answer.resume(returning: result) }
    }
}
