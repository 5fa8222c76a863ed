package import Bus
package import Storage

/// What a client gets for an action: the first answer, also when it asks again.
package struct RecordedAnswer: Equatable, Sendable {
    /// The body of the answer.
    package let body: [UInt8]
    /// True if nothing was recorded because this had been answered before.
    package let isRepetition: Bool
}

/// Records tool calls: what it answers is safe.
///
/// An action is journalled together with its answer, so that a repetition gets that answer even after `kill -9`.
/// Events follow the record, scores follow from the journal.
package final class ActionRecorder: Sendable {
    private typealias Outcome = Result<[UInt8], AgentsError>

    private struct State {
        var window: IdempotencyWindow
        /// Continuations of those who wait for the first request with their key; nil means: look again.
        var waiters: [String: [CheckedContinuation<Outcome?, Never>]] = [:]
    }

    private let journal: any RecordJournal
    private let answers: any IdempotencyStore
    private let publisher: any MessagePublisher
    private let ids: UUIDGenerator
    private let now: @Sendable () -> Timestamp
    private let state: Lock<State>

    package init(
        journal: any RecordJournal,
        answers: any IdempotencyStore,
        publisher: any MessagePublisher,
        ids: UUIDGenerator = UUIDGenerator(),
        limits: IdempotencyWindow.Limits = IdempotencyWindow.Limits(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.journal = journal
        self.answers = answers
        self.publisher = publisher
        self.ids = ids
        self.now = now
        state = Lock(State(window: IdempotencyWindow(limits: limits)))
    }

    /// Records an action and says so on `global` (`action.created`).
    ///
    /// - Parameters:
    ///   - action: What was reported.
    ///   - repeatable: Set when the client may send the same again.
    ///   - answer: Makes the body of the answer; called before the record is safe, so it has no effects.
    /// - Throws: `AgentsError`: `invalid`, `keyReused`, `unavailable`, `storageFull`, `internalFailure`. Whatever is
    ///   thrown, nothing was promised.
    package func record(
        _ action: NewAction,
        repeatable: RepeatableRequest? = nil,
        answer: (ActionRecord) -> [UInt8]
    ) async throws(AgentsError) -> RecordedAnswer {
        let problems = action.problems
        guard problems.isEmpty else { throw .invalid(problems) }
        guard let repeatable else {
            let (body, _) = try await append(action, repeatable: nil, answer: answer)
            return RecordedAnswer(body: body, isRepetition: false)
        }
        while true {
            switch state.withLock({ $0.window.begin(repeatable.key, fingerprint: repeatable.fingerprint) }) {
            case .proceed: return try await recordFirst(action, repeatable, answer: answer)
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
    package var counters: IdempotencyWindow.Counters { state.withLock { $0.window.counters } }

    /// How many repetitions wait for their first request now.
    package var waitingCount: Int { state.withLock { $0.window.waitingCount } }

    /// Takes over answers of an earlier run from the journal, before the first request: a store that is away can't tell
    /// them.
    package func restore(_ entries: [JournalEntry]) {
        let storedThrough = journal.storedThrough
        state.withLock { state in
            for entry in entries {
                guard case .action(let action) = entry.record, let known = action.idempotency else { continue }
                state.window.restore(known, at: entry.position, storedThrough: storedThrough)
            }
        }
    }

    // MARK: - Repetitions

    private func recordFirst(
        _ action: NewAction,
        _ repeatable: RepeatableRequest,
        answer: (ActionRecord) -> [UInt8]
    ) async throws(AgentsError) -> RecordedAnswer {
        do {
            if let known = try await storedAnswer(repeatable) {
                end(repeatable.key, .success(known)) { $0.released(repeatable.key) }
                return RecordedAnswer(body: known, isRepetition: true)
            }
            let (body, position) = try await append(action, repeatable: repeatable, answer: answer)
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

    // MARK: - The record

    private func append(
        _ action: NewAction,
        repeatable: RepeatableRequest?,
        answer: (ActionRecord) -> [UInt8]
    ) async throws(AgentsError) -> (body: [UInt8], position: JournalPosition) {
        var record = ActionRecord(action, id: ids, at: now())
        let body = answer(record)
        if let repeatable {
            record.idempotency = IdempotencyRecord(
                key: repeatable.key,
                fingerprint: repeatable.fingerprint,
                response: body
            )
        }
        let position: JournalPosition
        do {
            position = try await journal.append(.action(record))
        } catch {
            throw AgentsError(error)
        }
        publisher.publish(.actionCreated(record))
        return (body, position)
    }
}

extension AgentsError {
    static let keyReused = AgentsError(.keyReused, "This Idempotency-Key was used with another body")
    static let crowded = AgentsError(.unavailable, "Too many repeated requests wait, try again later")
}
