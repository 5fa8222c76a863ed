/// SQL about messages and inboxes that SQLite has no need of: whole batches as arrays of columns, and which of several
/// servers offers an item.
enum PostgresInboxStatements {
    static let insertMessages = """
        INSERT INTO messages (\(MessageStatements.inserted))
        SELECT c.id, p.id, c.from_agent, c.to_agent, c.topic, c.topic, c.payload::json, c.priority, c.thread_id,
            c.reply_to, c.client_message_id, c.verified, c.created_at, c.expires_at, c.channel
        FROM unnest(
            $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
            $9::uuid[], $10::text[], $11::bigint[], $12::timestamptz[], $13::timestamptz[], $14::text[]
        ) AS c (
            id, project_id, from_agent, to_agent, topic, payload, priority, thread_id, reply_to, client_message_id,
            verified, created_at, expires_at, channel
        )
        LEFT JOIN projects p ON p.id = c.project_id
        """

    /// The holder is this server where it offers the item already, otherwise nobody.
    static let insertItems = """
        INSERT INTO inbox_items (message_id, agent_id, state, priority, attempts, stored_at, expires_at, holder)
        SELECT m.id, c.agent_id, 'stored', m.priority, 0, m.created_at, m.expires_at, c.holder
        FROM unnest($1::uuid[], $2::text[], $3::text[]) AS c (message_id, agent_id, holder)
        JOIN messages m ON m.id = c.message_id
        ON CONFLICT (agent_id, message_id) DO NOTHING
        """

    static let changeItems = """
        INSERT INTO inbox_items (\(InboxStatements.changed))
        SELECT c.agent_id, c.state, c.attempts, c.offered_at, c.next_offer_at, c.acknowledged_at, c.dead_at, m.id,
            m.priority, m.created_at, m.expires_at
        FROM unnest(
            $1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
            $7::timestamptz[], $8::uuid[]
        ) AS c (agent_id, state, attempts, offered_at, next_offer_at, acknowledged_at, dead_at, message_id)
        JOIN messages m ON m.id = c.message_id AND \(InboxStatements.concerns("c.agent_id"))
        \(InboxStatements.itemConflict)
        """

    static let isRead = "m.read_by @> ARRAY[$1]"

    /// Parameters: agent, messages.
    static let markRead = """
        UPDATE messages m SET read_by = array_append(m.read_by, $1) WHERE NOT \(isRead) AND m.id = ANY($2)
        """

    static let sight = """
        INSERT INTO known_agents (agent_id, first_seen) SELECT * FROM unnest($1::text[], $2::timestamptz[])
        ON CONFLICT (agent_id) DO NOTHING
        """

    /// Rows that one claim takes at most.
    static let claimed = 4 * InboxPage.rows

    /// Takes what nobody holds who is alive. Who else does the same at this moment gets other rows. Parameters: server,
    /// agent, priority and message of the place before.
    static let claim = """
        UPDATE inbox_items SET holder = $1 WHERE (agent_id, message_id) IN (
            SELECT i.agent_id, i.message_id FROM inbox_items i
            WHERE i.agent_id = $2 AND (i.priority < $3 OR (i.priority = $3 AND i.message_id > $4))
                AND i.state IN \(InboxStatements.pending) AND i.holder IS DISTINCT FROM $1 AND \(isFree)
            ORDER BY i.priority DESC, i.message_id LIMIT \(claimed) FOR UPDATE SKIP LOCKED
        )
        """

    private static let isFree = """
        NOT EXISTS (SELECT 1 FROM inbox_servers s WHERE s.server_id = i.holder AND s.lease_until > now())
        """

    /// As `InboxStatements.page`, of what a server has claimed.
    static let page = InboxStatements.page(where: "AND i.holder = $6")

    /// Of some agents, those that have items which nobody holds. Of a broadcast that was stored since they looked last
    /// they have none: for those they are woken, and look again when they may have missed that.
    static let claimable = """
        SELECT a.agent_id FROM unnest($1::text[]) AS a (agent_id)
        WHERE EXISTS (
            SELECT 1 FROM inbox_items i WHERE i.agent_id = a.agent_id AND i.state IN \(InboxStatements.pending)
                AND i.holder IS DISTINCT FROM $2 AND i.expires_at > now() AND \(isFree)
        )
        """

    /// Gives back what a server holds of agents that aren't its own any more, and says so. Parameters: server, its
    /// agents.
    static let release = """
        WITH released AS (
            UPDATE inbox_items SET holder = NULL
            WHERE holder = $1 AND state IN \(InboxStatements.pending) AND agent_id <> ALL($2) RETURNING agent_id
        )
        SELECT pg_notify('\(channel)', $1 || chr(10) || agent_id) FROM (SELECT DISTINCT agent_id FROM released) AS r
        """

    /// Parameters: server, milliseconds of the lease.
    static let renewLease = """
        INSERT INTO inbox_servers (server_id, lease_until) VALUES ($1, now() + $2 * interval '1 millisecond')
        ON CONFLICT (server_id) DO UPDATE SET lease_until = excluded.lease_until
        """

    /// Servers that have been away for a day hold nothing any more that anybody would wait for.
    static let forgetServers = "DELETE FROM inbox_servers WHERE lease_until < now() - interval '1 day'"

    /// Where servers tell each other that an agent's inbox has something to offer; no name means every agent's.
    static let channel = "dcm_inbox"
    static let notify = "SELECT pg_notify('\(channel)', a) FROM unnest($1::text[]) AS a"
}
