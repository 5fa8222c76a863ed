/// Those who wait for the store to hold a position, each with a deadline.
struct FlushWaiters {
    typealias Answer = CheckedContinuation<Result<Void, StorageError>, Never>

    private struct Waiter {
        var position: JournalPosition
        /// Milliseconds of the loop's clock.
        var deadline: UInt64
        var answer: Answer
    }

    /// Beyond it a reader is refused at once.
    static let limit = 4096

    private var waiters: [Waiter] = []

    var isEmpty: Bool { waiters.isEmpty }

    /// False at the limit: the caller answers.
    mutating func add(_ position: JournalPosition, deadline: UInt64, _ answer: Answer) -> Bool {
        guard waiters.count < Self.limit else { return false }
        waiters.append(Waiter(position: position, deadline: deadline, answer: answer))
        return true
    }

    /// Answers those whose records the store holds now.
    mutating func release(through mark: JournalPosition) {
        remove {
            $0.position <= mark
        } answering: {
            .success(())
        }
    }

    /// Answers those who have waited long enough.
    mutating func expire(at now: UInt64, _ error: StorageError) {
        remove {
            $0.deadline <= now
        } answering: {
            .failure(error)
        }
    }

    /// Answers everybody.
    mutating func fail(_ error: StorageError) {
        remove { _ in
            true
        } answering: {
            .failure(error)
        }
    }

    private mutating func remove(
        where matches: (Waiter) -> Bool,
        answering result: () -> Result<Void, StorageError>
    ) {
        var kept: [Waiter] = []
        for waiter in waiters {
            if matches(waiter) { waiter.answer.resume(returning: result()) } else { kept.append(waiter) }
        }
        waiters = kept
    }
}
