package import Bus

/// Who blocks whom. Changes need the store's answer.
package protocol BlockingStore: Sendable {
    /// Creates a blocking or gives an existing one a new reason; returns what is stored then.
    func block(_ record: BlockingRecord) async throws(StorageError) -> BlockingRecord
    /// What was deleted; nil if there was none.
    func unblock(_ id: UUIDv7) async throws(StorageError) -> BlockingRecord?
    /// The same, by the pair.
    func unblock(blockedBy: String, blockedAgent: String) async throws(StorageError) -> BlockingRecord?
    /// Who blocks an agent, newest first.
    func blockers(of agentID: String, limit: Int) async throws(StorageError) -> [BlockingRecord]
    /// Whom an agent blocks, newest first.
    func blocked(by agentID: String, limit: Int) async throws(StorageError) -> [BlockingRecord]
    /// All, newest first.
    func blockings(limit: Int) async throws(StorageError) -> [BlockingRecord]
}

/// Which agents want which topics. Changes need the store's answer.
package protocol TopicSubscriptionStore: Sendable {
    /// Creates a subscription or replaces what an existing one calls; returns what is stored then.
    func subscribe(_ subscription: TopicSubscription) async throws(StorageError) -> TopicSubscription
    /// What was deleted; nil if there was none.
    func unsubscribe(_ id: UUIDv7) async throws(StorageError) -> TopicSubscription?
    /// The same, by agent and topic.
    func unsubscribe(agentID: String, topic: String) async throws(StorageError) -> TopicSubscription?
    /// Those that fit, newest first.
    func subscriptions(
        ofAgent agentID: String?,
        topic: String?,
        limit: Int
    ) async throws(StorageError) -> [TopicSubscription]
    /// Those of one agent, by topic.
    func subscriptionsByTopic(ofAgent agentID: String, limit: Int) async throws(StorageError) -> [TopicSubscription]
}

/// What the store knows of an agent's work.
package protocol ContextStore: Sendable {
    /// The session in which an agent, named by its id or its type, has something to do; the newest one.
    func activeSession(ofAgent agentID: String) async throws(StorageError) -> String?
    /// What is to be done: running, blocked, paused and pending subtasks in this order, older ones first.
    func openTasks(
        ofAgent agentID: String,
        session: String,
        limit: Int
    ) async throws(StorageError) -> [ContextTask]
    /// What others wrote to the agent or to all and it has not fetched; more important ones first, then older ones.
    func unreadMessages(
        for agentID: String,
        now: Timestamp,
        limit: Int
    ) async throws(StorageError) -> [ContextMessage]
    /// Tool calls for the agent's subtasks, and those of the session that belong to no subtask; newest first.
    func recentActions(
        ofAgent agentID: String,
        session: String,
        limit: Int
    ) async throws(StorageError) -> [ContextAction]
    /// What was asked for last in a session.
    func latestRequest(ofSession sessionID: String) async throws(StorageError) -> ContextRequest?
    /// A project as a brief names it.
    func contextProject(_ id: UUIDv7) async throws(StorageError) -> ContextProject?
    /// Merges an object into the metadata of all requests of a session; returns how many there are.
    func mergeMetadata(_ json: [UInt8], intoRequestsOf sessionID: String) async throws(StorageError) -> Int
    /// The metadata of a session's newest request as JSON; nil without one.
    func latestMetadata(ofSession sessionID: String) async throws(StorageError) -> [UInt8]?
}

/// Deletes what is old, a slice at a time, so that nobody waits long for the store. Of several servers with one store
/// one cleans at a time: the answer is nil while another one does.
package protocol CleanupStore: Sendable {
    /// Deletes at most `limit` rows; returns how many.
    func deleteRows(
        of table: CleanableTable,
        before time: Timestamp,
        limit: Int
    ) async throws(StorageError) -> Int?
    /// Ends at most `limit` sessions of which nothing was heard since a time.
    func closeSessions(silentSince time: Timestamp, limit: Int) async throws(StorageError) -> [ClosedSession]?
    func messageFigures(now: Timestamp) async throws(StorageError) -> MessageFigures
}

/// Resources whose statements both dialects know, so that a store has them all as a `RelationalStore`.
package typealias ExchangeStore = BlockingStore & TopicSubscriptionStore & ContextStore & CleanupStore
