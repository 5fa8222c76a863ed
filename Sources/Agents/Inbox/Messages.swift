internal import Bus
package import Storage

/// Messages between agents: what it accepts is durable, whether or not the addressee is there or was ever seen.
package final class Messages: Sendable {
    private let journal: any RecordJournal
    private let store: any MessageStore & InboxStore
    private let publisher: any MessagePublisher
    private let inboxes: Inboxes
    private let repetitions: Repetitions
    private let known: KnownAgents
    private let ids: UUIDGenerator
    private let now: @Sendable () -> Timestamp
    private let admission: Admission
    private let accepted: @Sendable (MessageRecord) -> Void

    /// Looks at a message before it is accepted, and refuses it by throwing.
    package typealias Admission = @Sendable (NewMessage) async throws(AgentsError) -> Void

    init(
        journal: any RecordJournal,
        store: any MessageStore & InboxStore,
        publisher: any MessagePublisher,
        inboxes: Inboxes,
        repetitions: Repetitions,
        ids: UUIDGenerator = UUIDGenerator(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        admission: @escaping Admission = { _ in },
        accepted: @escaping @Sendable (MessageRecord) -> Void = { _ in }
    ) {
        self.journal = journal
        self.store = store
        self.publisher = publisher
        self.inboxes = inboxes
        self.repetitions = repetitions
        known = inboxes.known
        self.ids = ids
        self.now = now
        self.admission = admission
        self.accepted = accepted
    }

    /// Accepts a message and offers it to the connections of its addressee. When this returns, it is durable.
    ///
    /// - Parameters:
    ///   - repeatable: Set when the sender may send the same again.
    ///   - answer: Makes the body of the answer from the message and whether its addressee was ever seen; called before
    ///     the message is safe, so it has no effects.
    package func send(
        _ message: NewMessage,
        repeatable: RepeatableRequest? = nil,
        answer: (_ message: MessageRecord, _ isKnown: Bool) -> [UInt8]
    ) async throws(AgentsError) -> RecordedAnswer {
        let problems = message.problems
        guard problems.isEmpty else { throw .invalid(problems) }
        guard inboxes.tasks.begin() else { throw AgentsError.shuttingDown }
        defer { inboxes.tasks.end() }
        try await admission(message)
        known.see(message.fromAgent)
        guard let repeatable else {
            return RecordedAnswer(body: try await append(message, nil, answer).body, isRepetition: false)
        }
        return try await repetitions.answer(repeatable) { () async throws(AgentsError) in
            try await append(message, repeatable, answer)
        }
    }

    private func append(
        _ message: NewMessage,
        _ repeatable: RepeatableRequest?,
        _ answer: (MessageRecord, Bool) -> [UInt8]
    ) async throws(AgentsError) -> Repetitions.Carried {
        let isKnown = if let agentID = message.toAgent { await known.knows(agentID) } else { true }
        var record = MessageRecord(message, id: ids, at: now())
        let body = answer(record, isKnown)
        record.idempotency = repeatable.map {
            IdempotencyRecord(key: $0.key, fingerprint: $0.fingerprint, response: body)
        }
        let position: JournalPosition
        do {
            position = try await journal.append(.message(record))
        } catch {
            throw AgentsError(error)
        }
        // The answer isn't needed any more, and the inbox keeps the record for a while.
        record.idempotency = nil
        inboxes.arrived(record)
        accepted(record)
        publisher.publish(on: .global) { .messageStored(record) }
        return (body, position)
    }

    /// What an agent finds in its inbox; it is marked as read, which is no acknowledgement.
    package func fetch(_ filter: MessageFilter) async throws(AgentsError) -> MessagePage {
        guard NewMessage.isAgentID(filter.agentID) else { throw AgentsError(.notFound, "No such agent") }
        known.see(filter.agentID)
        let page: MessagePage
        do {
            try await journal.flush()
            page = try await store.messages(matching: filter, now: now())
            let fresh = page.messages.filter { !$0.isRead }.map(\.message.id)
            if !fresh.isEmpty {
                let record = ReadingRecord(agentID: filter.agentID, messageIDs: fresh, createdAt: now())
                _ = try await journal.append(.reading(record))
            }
        } catch {
            throw AgentsError(error)
        }
        return page
    }

    /// How a message stands with each agent that it concerns.
    package func state(of id: UUIDv7) async throws(AgentsError) -> (message: MessageRecord, items: [InboxItemStatus]) {
        do {
            try await journal.flush()
            if let message = try await store.message(id) {
                return (message, try await store.itemStates(ofMessage: id))
            }
        } catch {
            throw AgentsError(error)
        }
        throw AgentsError(.notFound, "Message not found")
    }

    /// Messages that were offered as often as they may be, latest first.
    package func deadItems(of agentID: String?, limit: Int, offset: Int) async throws(AgentsError) -> [DeadItem] {
        do {
            try await journal.flush()
            return try await store.deadItems(of: agentID, limit: limit, offset: offset)
        } catch {
            throw AgentsError(error)
        }
    }

    /// Gives a dead item a new start, with the standard lifetime if less is left. One that is being offered has it.
    ///
    /// - Returns: How the item stands.
    package func revive(_ id: UUIDv7, of agentID: String) async throws(AgentsError) -> InboxItemState {
        let expiresAt = Timestamp(milliseconds: now().milliseconds + Int64(NewMessage.standardLifetime) * 1000)
        let state: InboxItemState?
        do {
            try await journal.flush()
            if try await store.reviveItem(ofMessage: id, agentID: agentID, expiresAt: expiresAt) {
                inboxes.lookAgain(for: agentID)
                return .stored
            }
            state = try await store.itemStates(ofMessage: id).first { $0.agentID == agentID }?.state
        } catch {
            throw AgentsError(error)
        }
        guard let state, state.isPending else { throw AgentsError(.notFound, "Dead letter not found") }
        return state
    }

    /// The longest inboxes.
    package func inboxFigures(limit: Int, isStale: Bool) async throws(AgentsError) -> [InboxFigures] {
        do {
            if !isStale { try await journal.flush() }
            return try await store.inboxFigures(limit: limit)
        } catch {
            throw AgentsError(error)
        }
    }

    /// How far the store is behind.
    package var lag: StoreLag { journal.lag }
}

extension MessageRecord {
    /// The row that a message becomes.
    fileprivate init(_ message: NewMessage, id ids: UUIDGenerator, at time: Timestamp) {
        self.init(
            id: ids.next(at: time),
            fromAgent: message.fromAgent,
            toAgent: message.toAgent,
            topic: message.topic,
            content: message.content,
            priority: message.priority,
            projectID: message.projectID,
            threadID: message.threadID,
            replyTo: message.replyTo,
            clientMessageID: message.clientMessageID,
            isVerified: message.isVerified,
            createdAt: time,
            expiresAt: Timestamp(milliseconds: time.milliseconds + Int64(message.lifetimeSeconds) * 1000)
        )
    }
}
