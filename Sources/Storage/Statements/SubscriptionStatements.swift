/// SQL about `subscriptions`; every store runs it.
enum SubscriptionStatements {
    private static let columns = "id, agent_id, topic, callback_url, created_at, updated_at"

    /// One row for each agent and topic; what is called is replaced, also by nothing.
    static let upsert = """
        INSERT INTO subscriptions (\(columns)) VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (agent_id, topic) DO UPDATE SET
            callback_url = excluded.callback_url, updated_at = excluded.updated_at
        RETURNING \(columns)
        """

    static let delete = "DELETE FROM subscriptions WHERE id = $1 RETURNING \(columns)"

    static let deletePair = "DELETE FROM subscriptions WHERE agent_id = $1 AND topic = $2 RETURNING \(columns)"

    /// Parameters: agent and topic as far as they are given, limit.
    static func list(agent: Bool, topic: Bool, byTopic: Bool) -> String {
        let conditions = [agent ? "agent_id" : nil, topic ? "topic" : nil].compactMap { $0 }
            .enumerated().map { "\($0.element) = $\($0.offset + 1)" }
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        let order = byTopic ? "topic, id" : "created_at DESC, id DESC"
        return "SELECT \(columns) FROM subscriptions \(filter) ORDER BY \(order) LIMIT $\(conditions.count + 1)"
    }
}
