internal import Bus

extension TopicSubscriptionStore where Self: RelationalStore {
    func subscribe(_ subscription: TopicSubscription) async throws(StorageError) -> TopicSubscription {
        let query = StoreQuery(
            SubscriptionStatements.upsert,
            [
                .id(subscription.id), .text(subscription.agentID), .text(subscription.topic),
                .text(subscription.callbackURL), .time(subscription.updatedAt),
            ],
            row: TopicSubscription.init
        )
        guard let stored = try await change(StoreChange(query)).first else { throw .noRow }
        return stored
    }

    func unsubscribe(_ id: UUIDv7) async throws(StorageError) -> TopicSubscription? {
        let query = StoreQuery(SubscriptionStatements.delete, [.id(id)], row: TopicSubscription.init)
        return try await change(StoreChange(query)).first
    }

    func unsubscribe(agentID: String, topic: String) async throws(StorageError) -> TopicSubscription? {
        let pair: [StoreValue] = [.text(agentID), .text(topic)]
        let query = StoreQuery(SubscriptionStatements.deletePair, pair, row: TopicSubscription.init)
        return try await change(StoreChange(query)).first
    }

    func subscriptions(
        ofAgent agentID: String?,
        topic: String?,
        limit: Int
    ) async throws(StorageError) -> [TopicSubscription] {
        let sql = SubscriptionStatements.list(agent: agentID != nil, topic: topic != nil, byTopic: false)
        var parameters: [StoreValue] = []
        if let agentID { parameters.append(.text(agentID)) }
        if let topic { parameters.append(.text(topic)) }
        return try await rows(StoreQuery(sql, parameters + [.integer(limit)], row: TopicSubscription.init))
    }

    func subscriptionsByTopic(
        ofAgent agentID: String,
        limit: Int
    ) async throws(StorageError) -> [TopicSubscription] {
        let sql = SubscriptionStatements.list(agent: true, topic: false, byTopic: true)
        return try await rows(StoreQuery(sql, [.text(agentID), .integer(limit)], row: TopicSubscription.init))
    }
}

extension TopicSubscription {
    /// A row of `SubscriptionStatements`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            agentID: row.text(1),
            topic: row.text(2),
            callbackURL: row.optionalText(3),
            createdAt: row.time(4),
            updatedAt: row.time(5)
        )
    }
}
