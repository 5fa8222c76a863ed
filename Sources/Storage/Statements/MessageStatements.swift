/// SQL about `messages` that every store runs.
enum MessageStatements {
    /// Columns that `insert` fills, in its order.
    static let inserted = """
        id, project_id, from_agent_id, to_agent_id, message_type, topic, payload, priority, thread_id, reply_to, \
        client_message_id, sender_verified, created_at, expires_at, channel
        """

    /// A project that isn't there is left out: the message was accepted without asking for it.
    static let insert = """
        INSERT INTO messages (\(inserted))
        VALUES ($1, (SELECT id FROM projects WHERE id = $2), $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """

    /// What a message is read from; the payload as text, whatever type it has.
    static let columns = """
        m.id, m.project_id, m.from_agent_id, m.to_agent_id, m.topic, CAST(m.payload AS TEXT), m.priority, \
        m.thread_id, m.reply_to, m.client_message_id, m.sender_verified, m.created_at, m.expires_at, m.channel
        """
    /// How many they are: what follows them begins here.
    static let columnCount = 14

    static let find = "SELECT \(columns) FROM messages m WHERE m.id = $1"

    /// Parameters: the agent, which has to appear before; now; whether broadcasts count (1 or 0).
    private static let concerning = """
        m.expires_at > $2 AND (m.to_agent_id = $1 OR ($3 = 1 AND m.to_agent_id IS NULL))
        """

    /// - Parameter isRead: An expression over `m` and the agent `$1`.
    static func page(_ filter: MessageFilter, isRead: String) -> String {
        var conditions: [String] = []
        if filter.since != nil { conditions.append("AND m.created_at > $\(conditions.count + 4)") }
        if filter.topic != nil { conditions.append("AND m.topic = $\(conditions.count + 4)") }
        return """
            SELECT \(columns), \(isRead) FROM messages m
            WHERE \(concerning) \(conditions.joined(separator: " "))
            ORDER BY m.priority DESC, m.created_at, m.id LIMIT $\(conditions.count + 4)
            """
    }

    /// Parameters: agent, now, 1.
    static func unread(isRead: String) -> String {
        "SELECT count(*) FROM messages m WHERE NOT \(isRead) AND \(concerning)"
    }

    static let isKnown = "SELECT 1 FROM known_agents WHERE agent_id = $1"

    static let sight = """
        INSERT INTO known_agents (agent_id, first_seen) VALUES ($1, $2) ON CONFLICT (agent_id) DO NOTHING
        """
}
