extension SQLiteSchema {
    /// Threads and inboxes. The items of an agent lie behind each other in the order in which they are offered.
    static let inboxes = [
        "ALTER TABLE messages ADD COLUMN thread_id TEXT",
        "ALTER TABLE messages ADD COLUMN reply_to TEXT",
        "ALTER TABLE messages ADD COLUMN client_message_id TEXT",
        "ALTER TABLE messages ADD COLUMN sender_verified INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX messages_broadcast ON messages (expires_at) WHERE to_agent_id IS NULL",
        """
        CREATE TABLE inbox_items (
            agent_id TEXT NOT NULL, message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            state TEXT NOT NULL, priority INTEGER NOT NULL, attempts INTEGER NOT NULL,
            stored_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, offered_at INTEGER, next_offer_at INTEGER,
            acknowledged_at INTEGER, expired_at INTEGER, dead_at INTEGER,
            PRIMARY KEY (agent_id, message_id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX inbox_items_message ON inbox_items (message_id)",
        """
        CREATE INDEX inbox_items_pending ON inbox_items (agent_id, priority DESC, message_id)
        WHERE state IN ('stored', 'offered')
        """,
        "CREATE INDEX inbox_items_expiry ON inbox_items (expires_at) WHERE state IN ('stored', 'offered')",
        "CREATE INDEX inbox_items_dead ON inbox_items (dead_at) WHERE state = 'dead'",
        "CREATE TABLE known_agents (agent_id TEXT PRIMARY KEY NOT NULL, first_seen INTEGER NOT NULL) STRICT",
    ]

    /// Where an event was published that agents have to acknowledge; null for a message.
    static let trackedEvents = ["ALTER TABLE messages ADD COLUMN channel TEXT"]
}
