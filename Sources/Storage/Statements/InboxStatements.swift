/// SQL about `inbox_items` that every store runs.
enum InboxStatements {
    /// The states of items that are offered.
    static let pending = "('stored', 'offered')"

    /// The item of a direct message or of an event.
    static let insert = """
        INSERT INTO inbox_items (message_id, agent_id, state, priority, attempts, stored_at, expires_at)
        VALUES ($1, $2, 'stored', $3, 0, $4, $5)
        """

    /// Makes the items of broadcasts that an agent has none of yet. Parameters: agent, now.
    static let insertOfBroadcasts = """
        INSERT INTO inbox_items (agent_id, message_id, state, priority, attempts, stored_at, expires_at)
        SELECT $1, m.id, 'stored', m.priority, 0, m.created_at, m.expires_at FROM messages m
        WHERE m.to_agent_id IS NULL AND m.from_agent_id <> $1 AND m.expires_at > $2
            AND NOT EXISTS (SELECT 1 FROM inbox_items i WHERE i.agent_id = $1 AND i.message_id = m.id)
        ON CONFLICT (agent_id, message_id) DO NOTHING
        """

    /// Columns that a change of an item fills.
    static let changed = """
        agent_id, state, attempts, offered_at, next_offer_at, acknowledged_at, dead_at, message_id, priority, \
        stored_at, expires_at
        """

    /// A message has an item for its addressee, and for everybody but its sender if it is a broadcast; an event has those
    /// that were made with it.
    static func concerns(_ agent: String) -> String {
        """
        (m.to_agent_id = \(agent) OR (m.to_agent_id IS NULL AND m.from_agent_id <> \(agent)) OR (
            m.channel IS NOT NULL AND (
                SELECT i.agent_id FROM inbox_items i WHERE i.agent_id = \(agent) AND i.message_id = m.id
            ) IS NOT NULL
        ))
        """
    }

    /// What happened to an item, which is made if it is that of a broadcast. Parameters: agent, state, attempts, the
    /// times of `changed`, message.
    static let change = """
        INSERT INTO inbox_items (\(changed))
        SELECT $1, $2, $3, $4, $5, $6, $7, m.id, m.priority, m.created_at, m.expires_at FROM messages m
        WHERE m.id = $8 AND \(concerns("$1"))
        \(itemConflict)
        """

    /// The item is there: the transitions of `InboxItemState`.
    static let itemConflict = """
        ON CONFLICT (agent_id, message_id) DO UPDATE SET
            state = excluded.state,
            attempts = CASE WHEN excluded.attempts > inbox_items.attempts
                THEN excluded.attempts ELSE inbox_items.attempts END,
            offered_at = COALESCE(excluded.offered_at, inbox_items.offered_at),
            next_offer_at = excluded.next_offer_at,
            acknowledged_at = excluded.acknowledged_at,
            dead_at = COALESCE(excluded.dead_at, inbox_items.dead_at)
        WHERE inbox_items.state IN \(pending) OR (inbox_items.state = 'dead' AND excluded.state = 'acknowledged')
        """

    /// A page of what waits for an agent. Parameters: agent, now, priority and message of the place before, rows.
    static func page(where condition: String = "") -> String {
        """
        SELECT \(MessageStatements.columns), i.attempts, i.next_offer_at
        FROM inbox_items i JOIN messages m ON m.id = i.message_id
        WHERE i.agent_id = $1 AND i.state IN \(pending) AND i.expires_at > $2
            AND (i.priority < $3 OR (i.priority = $3 AND i.message_id > $4)) \(condition)
        ORDER BY i.priority DESC, i.message_id LIMIT $5
        """
    }

    static let states = """
        SELECT agent_id, state, attempts, stored_at, offered_at, next_offer_at, acknowledged_at, expired_at, dead_at
        FROM inbox_items WHERE message_id = $1 ORDER BY agent_id LIMIT 1000
        """

    /// Parameters: the agent if one is asked for, rows, rows before.
    static func dead(ofAgent: Bool) -> String {
        let first = ofAgent ? 2 : 1
        return """
            SELECT \(MessageStatements.columns), i.agent_id, i.attempts, i.dead_at
            FROM inbox_items i JOIN messages m ON m.id = i.message_id
            WHERE i.state = 'dead' \(ofAgent ? "AND i.agent_id = $1" : "")
            ORDER BY i.dead_at DESC, i.message_id DESC LIMIT $\(first) OFFSET $\(first + 1)
            """
    }

    /// Parameters: expiry, message, agent.
    static let revive = """
        UPDATE inbox_items SET state = 'stored', attempts = 0, next_offer_at = NULL, dead_at = NULL,
            expires_at = CASE WHEN expires_at > $1 THEN expires_at ELSE $1 END
        WHERE message_id = $2 AND agent_id = $3 AND state = 'dead'
        """

    /// The message itself has to live as long. Parameters: expiry, message.
    static let prolong = "UPDATE messages SET expires_at = $1 WHERE id = $2 AND expires_at < $1"

    /// Parameters: now, rows. The state is looked at twice: another server may have expired an item that this statement
    /// had found.
    static let expire = """
        UPDATE inbox_items SET state = 'expired', expired_at = $1
        WHERE state IN \(pending) AND (agent_id, message_id) IN (
            SELECT agent_id, message_id FROM inbox_items
            WHERE state IN \(pending) AND expires_at <= $1 ORDER BY expires_at LIMIT $2
        )
        RETURNING message_id, agent_id,
            (SELECT m.from_agent_id FROM messages m WHERE m.id = inbox_items.message_id AND m.channel IS NULL),
            (SELECT m.topic FROM messages m WHERE m.id = inbox_items.message_id)
        """

    static let figures = """
        SELECT agent_id, count(*), sum(CASE WHEN state = 'offered' THEN 1 ELSE 0 END), min(stored_at)
        FROM inbox_items WHERE state IN \(pending) GROUP BY agent_id ORDER BY count(*) DESC, agent_id LIMIT $1
        """
}
