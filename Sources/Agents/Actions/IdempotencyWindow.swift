package import Storage

/// Which repeatable requests are running and how the latest ones were answered.
///
/// The oldest answers go first, by journal position: those beyond a thousand as soon as the store can tell them, and at
/// the limit all. What the store holds is always a prefix of the journal; `counters.forgottenUnstored` counts the
/// answers that went before the store had them.
package struct IdempotencyWindow: Sendable {
    /// Bounds of the window.
    package struct Limits: Sendable {
        /// Answers that are kept.
        package var answers = 100_000
        /// Answers that are kept although the store has them: most repetitions come within seconds.
        package var storedAnswers = 1000
        /// Requests that run at the same time.
        package var running = 10_000
        /// Requests that wait for another one, in all.
        package var waiting = 4096

        package init() {}
    }

    /// What became of answers and requests at the limits.
    package struct Counters: Equatable, Sendable {
        /// Answers that went because the store holds them.
        package var forgotten = 0
        /// Answers that went at the limit before the store had them.
        package var forgottenUnstored = 0
        /// Requests refused because too many ran or waited.
        package var refused = 0
        /// Repetitions that got the first one's answer from memory.
        package var replayed = 0
    }

    private enum Entry {
        case running(fingerprint: [UInt8], waiters: Int)
        case answered(fingerprint: [UInt8], answer: [UInt8])
    }

    private let limits: Limits
    private var entries: [String: Entry] = [:]
    /// The answered keys by position, oldest first, from `head` on.
    private var order: [(position: JournalPosition, key: String)] = []
    private var head = 0
    /// How many requests wait for another one.
    package private(set) var waitingCount = 0
    package private(set) var counters = Counters()

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// How many answers are kept.
    package var answerCount: Int { order.count - head }
    /// How many requests run.
    package var runningCount: Int { entries.count - answerCount }

    /// What a request has to do.
    package enum Begin: Equatable, Sendable {
        /// It is the first: carry it out, then say `finished` or `released`.
        case proceed
        /// Another one with this key runs: `wait` for it.
        case waitForFirst
        /// It was answered before.
        case answer([UInt8])
        /// The key belongs to another request.
        case conflict
        /// Too many run: refuse.
        case crowded
    }

    /// A request with this key arrives.
    package mutating func begin(_ key: String, fingerprint: [UInt8]) -> Begin {
        switch entries[key] {
        case .running(fingerprint, _): return .waitForFirst
        case .answered(fingerprint, let answer):
            counters.replayed += 1
            return .answer(answer)
        case .running, .answered: return .conflict
        case nil:
            guard runningCount < limits.running else {
                counters.refused += 1
                return .crowded
            }
            entries[key] = .running(fingerprint: fingerprint, waiters: 0)
            return .proceed
        }
    }

    /// Whether a request may wait.
    package enum Wait: Equatable, Sendable {
        /// It is counted; the end of the first one ends it.
        case queued
        /// The first one has ended meanwhile: `begin` again.
        case ended
        /// Too many wait: refuse.
        case crowded
    }

    /// A request waits for the first one with its key.
    package mutating func wait(for key: String) -> Wait {
        guard case .running(let fingerprint, let waiters) = entries[key] else { return .ended }
        guard waitingCount < limits.waiting else {
            counters.refused += 1
            return .crowded
        }
        waitingCount += 1
        entries[key] = .running(fingerprint: fingerprint, waiters: waiters + 1)
        return .queued
    }

    /// The first request with this key was carried out, and its answer stands in the journal at `position`, of which
    /// the store holds everything up to `storedThrough`.
    package mutating func finished(
        _ key: String,
        at position: JournalPosition,
        answer: [UInt8],
        storedThrough: JournalPosition
    ) {
        guard let fingerprint = end(key) else { return }
        keep(key, fingerprint, answer, at: position)
        forgetBeyondLimits(storedThrough)
    }

    /// An answer that stands in the journal since an earlier run.
    package mutating func restore(
        _ known: IdempotencyRecord,
        at position: JournalPosition,
        storedThrough: JournalPosition
    ) {
        guard entries[known.key] == nil else { return }
        keep(known.key, known.fingerprint, known.response, at: position)
        forgetBeyondLimits(storedThrough)
    }

    private mutating func forgetBeyondLimits(_ storedThrough: JournalPosition) {
        while answerCount > limits.answers || mayForgetOldest(storedThrough) { forgetOldest(storedThrough) }
    }

    /// The first request with this key ended without a record of its own: it failed, or the store knew the answer.
    package mutating func released(_ key: String) {
        _ = end(key)
    }

    private mutating func end(_ key: String) -> [UInt8]? {
        guard case .running(let fingerprint, let waiters) = entries[key] else { return nil }
        waitingCount -= waiters
        entries[key] = nil
        return fingerprint
    }

    private mutating func keep(_ key: String, _ fingerprint: [UInt8], _ answer: [UInt8], at position: JournalPosition) {
        entries[key] = .answered(fingerprint: fingerprint, answer: answer)
        // Requests learn of their common commit in any order, so a place is searched from the end: it is near.
        var place = order.count
        while place > head, order[place - 1].position > position { place -= 1 }
        order.insert((position, key), at: place)
    }

    private func mayForgetOldest(_ storedThrough: JournalPosition) -> Bool {
        answerCount > limits.storedAnswers && order[head].position <= storedThrough
    }

    private mutating func forgetOldest(_ storedThrough: JournalPosition) {
        let oldest = order[head]
        entries[oldest.key] = nil
        head += 1
        if oldest.position <= storedThrough { counters.forgotten += 1 } else { counters.forgottenUnstored += 1 }
        // Half of the array is past: moving the rest down costs one move for each one forgotten.
        if head * 2 > order.count {
            order.removeFirst(head)
            head = 0
        }
    }
}
