internal import Bus
internal import Storage

/// Carries out requests that may be repeated once for each key, and gives their repetitions the first one's answer.
///
/// A record is journalled together with its answer, so that a repetition gets that answer even after `kill -9`.
final class Repetitions: Sendable {
    /// The body of an answer, and where the record with it stands.
    typealias Carried = (body: [UInt8], position: JournalPosition)
    private typealias Outcome = Result<[UInt8], AgentsError>

    private struct State {
        var window: IdempotencyWindow
        /// Continuations of those who wait for the first request with their key; nil means: look again.
        var waiters: [String: [CheckedContinuation<Outcome?, Never>]] = [:]
    }

    private let journal: any RecordJournal
    private let answers: any IdempotencyStore
    private let state: Lock<State>

    init(journal: any RecordJournal, answers: any IdempotencyStore, limits: IdempotencyWindow.Limits) {
        self.journal = journal
        self.answers = answers
        state = Lock(State(window: IdempotencyWindow(limits: limits)))
    }

    /// The answer to a request, which `carryOut` journals and makes unless that was done before.
    func answer(
        _ repeatable: RepeatableRequest,
        carryOut: () async throws(AgentsError) -> Carried
    ) async throws(AgentsError) -> RecordedAnswer {
        while true {
            switch state.withLock({ $0.window.begin(repeatable.key, fingerprint: repeatable.fingerprint) }) {
            case .proceed: return try await answerFirst(repeatable, carryOut)
            case .answer(let body): return RecordedAnswer(body: body, isRepetition: true)
            case .conflict: throw AgentsError.keyReused
            case .crowded: throw AgentsError.crowded
            case .waitForFirst:
                guard let outcome = await waitForFirst(repeatable.key) else { continue }
                return RecordedAnswer(body: try outcome.get(), isRepetition: true)
            }
        }
    }

    /// What became of repetitions so far.
    var counters: IdempotencyWindow.Counters { state.withLock { $0.window.counters } }

    /// How many repetitions wait for their first request now.
    var waitingCount: Int { state.withLock { $0.window.waitingCount } }

    /// Takes over answers of an earlier run from the journal, before the first request: a store that is away can't tell
    /// them.
    func restore(_ entries: [JournalEntry]) {
        let storedThrough = journal.storedThrough
        state.withLock { state in
            for entry in entries {
                let known: IdempotencyRecord? =
                    switch entry.record {
                    case .action(let action): action.idempotency
                    case .message(let message): message.idempotency
                    case .feedback, .inbox, .reading, .sighting: nil
                    }
                if let known { state.window.restore(known, at: entry.position, storedThrough: storedThrough) }
            }
        }
    }

    private func answerFirst(
        _ repeatable: RepeatableRequest,
        _ carryOut: () async throws(AgentsError) -> Carried
    ) async throws(AgentsError) -> RecordedAnswer {
        do {
            if let known = try await storedAnswer(repeatable) {
                end(repeatable.key, .success(known)) { $0.released(repeatable.key) }
                return RecordedAnswer(body: known, isRepetition: true)
            }
            let (body, position) = try await carryOut()
            let storedThrough = journal.storedThrough
            end(repeatable.key, .success(body)) {
                $0.finished(repeatable.key, at: position, answer: body, storedThrough: storedThrough)
            }
            return RecordedAnswer(body: body, isRepetition: false)
        } catch {
            end(repeatable.key, .failure(error)) { $0.released(repeatable.key) }
            throw error
        }
    }

    private func storedAnswer(_ repeatable: RepeatableRequest) async throws(AgentsError) -> [UInt8]? {
        let known: IdempotencyRecord?
        do {
            known = try await answers.answer(forKey: repeatable.key)
        } catch {
            switch repeatable.whenUncertain {
            case .record: return nil
            case .refuse: throw AgentsError(.unavailable, "The store does not answer, try again later")
            }
        }
        guard let known else { return nil }
        guard known.fingerprint == repeatable.fingerprint else { throw AgentsError.keyReused }
        return known.response
    }

    private func waitForFirst(_ key: String) async -> Outcome? {
        await withCheckedContinuation { continuation in
            let wait = state.withLock { state in
                let wait = state.window.wait(for: key)
                if wait == .queued { state.waiters[key, default: []].append(continuation) }
                return wait
            }
            switch wait {
            case .queued: break
            case .ended: continuation.resume(returning: nil)
            case .crowded: continuation.resume(returning: .failure(.crowded))
            }
        }
    }

    private func end(_ key: String, _ outcome: Outcome, _ change: (inout IdempotencyWindow) -> Void) {
        let waiters = state.withLock { state in
            change(&state.window)
            return state.waiters.removeValue(forKey: key) ?? []
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }
}

extension AgentsError {
    static let keyReused = AgentsError(.keyReused, "This Idempotency-Key was used with another body")
    static let crowded = AgentsError(.unavailable, "Too many repeated requests wait, try again later")
}
