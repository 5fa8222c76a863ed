extension PostgresSchema {
    /// Threads and inboxes. The payload becomes `json`, which keeps what the sender wrote: `jsonb` refuses some texts
    /// that are JSON, for example the escape of U+0000 and numbers beyond its range, and an accepted message must not
    /// be refused later.
    static let inboxes = [
        "ALTER TABLE messages ALTER COLUMN payload TYPE json USING payload::json",
        "ALTER TABLE messages ADD COLUMN thread_id text",
        "ALTER TABLE messages ADD COLUMN reply_to uuid",
        "ALTER TABLE messages ADD COLUMN client_message_id text",
        "ALTER TABLE messages ADD COLUMN sender_verified bigint NOT NULL DEFAULT 0",
        "CREATE INDEX messages_broadcast ON messages (expires_at) WHERE to_agent_id IS NULL",
        // Room in each page for the next version of its rows.
        """
        CREATE TABLE inbox_items (
            agent_id text COLLATE "C" NOT NULL, message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            state text COLLATE "C" NOT NULL, priority bigint NOT NULL, attempts bigint NOT NULL,
            stored_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, offered_at timestamptz,
            next_offer_at timestamptz, acknowledged_at timestamptz, expired_at timestamptz, dead_at timestamptz,
            holder text COLLATE "C", PRIMARY KEY (agent_id, message_id)
        ) WITH (fillfactor = 70)
        """,
        "CREATE INDEX inbox_items_message ON inbox_items (message_id)",
        """
        CREATE INDEX inbox_items_pending ON inbox_items (agent_id, priority DESC, message_id)
        WHERE state IN ('stored', 'offered')
        """,
        "CREATE INDEX inbox_items_expiry ON inbox_items (expires_at) WHERE state IN ('stored', 'offered')",
        "CREATE INDEX inbox_items_dead ON inbox_items (dead_at) WHERE state = 'dead'",
        "CREATE INDEX inbox_items_holder ON inbox_items (holder) WHERE state IN ('stored', 'offered')",
        """
        CREATE TABLE known_agents (
            agent_id text COLLATE "C" PRIMARY KEY, first_seen timestamptz NOT NULL
        )
        """,
        // Servers that offer items, and until when each is taken to be alive.
        """
        CREATE TABLE inbox_servers (
            server_id text COLLATE "C" PRIMARY KEY, lease_until timestamptz NOT NULL
        ) WITH (fillfactor = 10)
        """,
    ]

    /// As `SQLiteSchema.trackedEvents`.
    static let trackedEvents = ["ALTER TABLE messages ADD COLUMN channel text COLLATE \"C\""]
}
