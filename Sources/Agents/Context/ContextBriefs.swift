package import Bus
package import Storage

/// Gathers what is known of an agent's work and writes its brief: contract section 1.13.
///
/// What can't be read fails the request: a brief that silently lacks its messages is worse than none.
package final class ContextBriefs: Sendable {
    /// Rows of each part.
    private static let tasks = 20
    private static let messages = 20
    private static let blockings = 10

    private let journal: any RecordJournal
    private let store: any ContextStore & BlockingStore
    private let ids: UUIDGenerator
    private let now: @Sendable () -> Timestamp

    package init(
        journal: any RecordJournal,
        store: any ContextStore & BlockingStore,
        ids: UUIDGenerator = UUIDGenerator(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.journal = journal
        self.store = store
        self.ids = ids
        self.now = now
    }

    /// The session in which an agent has something to do; nil if there is none.
    package func activeSession(of agentID: String) async throws(AgentsError) -> String? {
        do {
            return try await store.activeSession(ofAgent: agentID)
        } catch {
            throw AgentsError(error)
        }
    }

    /// What a brief is made from, whole.
    package func facts(_ options: BriefOptions) async throws(AgentsError) -> BriefFacts {
        do {
            // What the agent did and was told a moment ago is part of it.
            try await journal.flush()
            return try await gather(options)
        } catch {
            throw AgentsError(error)
        }
    }

    /// The brief.
    package func brief(_ options: BriefOptions) async throws(AgentsError) -> ContextBrief {
        let facts = try await facts(options)
        let id = ids.next(at: facts.generatedAt)
        return ContextBrief(facts, id: id, maximumTokens: options.maximumTokens)
    }

    private func gather(_ options: BriefOptions) async throws(StorageError) -> BriefFacts {
        let agent = options.agentID
        let session = options.sessionID
        let time = now()
        var facts = BriefFacts(
            agentID: agent,
            sessionID: session,
            agentType: options.agentType ?? AgentType.inferred(from: agent),
            generatedAt: time
        )
        facts.summary = options.summary
        facts.tasks = try await store.openTasks(ofAgent: agent, session: session, limit: Self.tasks)
        if options.includesMessages {
            facts.messages = try await store.unreadMessages(for: agent, now: time, limit: Self.messages)
        }
        if options.includesBlocking {
            facts.blockings = try await store.blockers(of: agent, limit: Self.blockings)
        }
        if options.includesHistory {
            facts.history = try await store.recentActions(
                ofAgent: agent,
                session: session,
                limit: options.historyLimit
            )
        }
        facts.session = try await store.latestRequest(ofSession: session)
        if let projectID = options.projectID ?? facts.session?.projectID {
            facts.project = try await store.contextProject(projectID)
        }
        return facts
    }
}
