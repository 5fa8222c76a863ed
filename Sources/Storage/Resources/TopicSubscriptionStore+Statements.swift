internal import Bus

extension TopicSubscriptionStore where Self: StatementRunner {
    func subscribe(_ subscription: TopicSubscription) async throws(StorageError) -> TopicSubscription {
        let statement = StoreStatement(
            SubscriptionStatements.upsert,
            .id(subscription.id),
            .text(subscription.agentID),
            .text(subscription.topic),
            .text(subscription.callbackURL),
            .time(subscription.updatedAt)
        )
        guard let stored = try await writeOne(statement, TopicSubscription.init(row:)) else { throw .noRow }
        return stored
    }

    func unsubscribe(_ id: UUIDv7) async throws(StorageError) -> TopicSubscription? {
        try await writeOne(StoreStatement(SubscriptionStatements.delete, .id(id)), TopicSubscription.init(row:))
    }

    func unsubscribe(agentID: String, topic: String) async throws(StorageError) -> TopicSubscription? {
        let statement = StoreStatement(SubscriptionStatements.deletePair, .text(agentID), .text(topic))
        return try await writeOne(statement, TopicSubscription.init(row:))
    }

    func subscriptions(
        ofAgent agentID: String?,
        topic: String?,
        limit: Int
    ) async throws(StorageError) -> [TopicSubscription] {
        let sql = SubscriptionStatements.list(agent: agentID != nil, topic: topic != nil, byTopic: false)
        var parameters: [StoreStatement.Parameter] = []
        if let agentID { parameters.append(.text(agentID)) }
        if let topic { parameters.append(.text(topic)) }
        return try await read(StoreStatement(sql, parameters + [.integer(limit)]), TopicSubscription.init(row:))
    }

    func subscriptionsByTopic(
        ofAgent agentID: String,
        limit: Int
    ) async throws(StorageError) -> [TopicSubscription] {
        let sql = SubscriptionStatements.list(agent: true, topic: false, byTopic: true)
        return try await read(StoreStatement(sql, .text(agentID), .integer(limit)), TopicSubscription.init(row:))
    }
}

extension TopicSubscription {
    /// A row of `SubscriptionStatements`.
    fileprivate init(row: any StoreRow) throws(StorageError) {
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
