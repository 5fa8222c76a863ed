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
/// Events follow the record, scores follow from the journal.
package final class ActionRecorder: Sendable {
    private let journal: any RecordJournal
    private let publisher: any MessagePublisher
    private let ids: UUIDGenerator
    private let now: @Sendable () -> Timestamp
    /// Shared with other records whose requests may be repeated.
    let repetitions: Repetitions

    package init(
        journal: any RecordJournal,
        answers: any IdempotencyStore,
        publisher: any MessagePublisher,
        ids: UUIDGenerator = UUIDGenerator(),
        limits: IdempotencyWindow.Limits = IdempotencyWindow.Limits(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.journal = journal
        self.publisher = publisher
        self.ids = ids
        self.now = now
        repetitions = Repetitions(journal: journal, answers: answers, limits: limits)
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
        return try await repetitions.answer(repeatable) { () async throws(AgentsError) in
            try await append(action, repeatable: repeatable, answer: answer)
        }
    }

    /// What became of repetitions so far.
    package var counters: IdempotencyWindow.Counters { repetitions.counters }

    /// How many repetitions wait for their first request now.
    package var waitingCount: Int { repetitions.waitingCount }

    /// Takes over answers of an earlier run from the journal, before the first request: a store that is away can't tell
    /// them.
    package func restore(_ entries: [JournalEntry]) { repetitions.restore(entries) }

    private func append(
        _ action: NewAction,
        repeatable: RepeatableRequest?,
        answer: (ActionRecord) -> [UInt8]
    ) async throws(AgentsError) -> Repetitions.Carried {
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
        publisher.publish(on: .global) { .actionCreated(record) }
        return (body, position)
    }
}
