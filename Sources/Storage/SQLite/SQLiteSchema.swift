internal import GRDB

/// The tables of the SQLite store.
///
/// Ids are UUIDs as text: they read well in the `sqlite3` shell, and their order is that of creation, so that rows
/// are appended to the indexes. Times are whole milliseconds since 1970 in UTC: a third of the size of ISO 8601, and
/// hours are a division (`datetime(created_at / 1000, 'unixepoch')` shows one). Lists and objects are JSON text.
/// `actions` has no foreign keys: an unknown subtask is kept as given, and rows arrive later than what they name.
enum SQLiteSchema {
    /// What leads from each version to the next.
    private static let versions = [
        work + record + exchange + bookkeeping, wholeKeywords, WorkOverviewStatements.listIndexes, inboxes,
        SQLiteImportTables.statements, trackedEvents,
    ]

    /// What this program writes, and the newest that it opens.
    static var version: Int { versions.count }

    /// Creates the file and its tables where they are missing.
    static func migrate(_ path: String) throws(StorageError) -> SchemaChange {
        let connection = try SQLiteConnection(path: path, name: "the store", access: .writing)
        let found = try apply(to: connection)
        try connection.close()
        return SchemaChange(from: found, to: version)
    }

    /// The version that a file has, 0 without tables.
    static func version(_ db: Database) throws -> Int {
        let exists = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"
        guard try Int.fetchOne(db, sql: exists) == 1 else { return 0 }
        return try Int.fetchOne(db, sql: "SELECT max(version) FROM schema_version") ?? 0
    }

    /// Creates what is missing, in one transaction. Throws `newerSchema` for a file of a later program.
    ///
    /// - Returns: The version before.
    @discardableResult
    static func apply(to connection: SQLiteConnection) throws(StorageError) -> Int {
        try connection.transaction { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS schema_version (
                        version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL
                    ) STRICT
                    """
            )
            let found = try version(db)
            guard found <= version else {
                throw StorageError(
                    .newerSchema,
                    "the store has schema version \(found), this program knows versions up to \(version): "
                        + "use a newer dcm"
                )
            }
            for next in found..<version {
                for statement in versions[next] { try db.execute(sql: statement) }
                try db.execute(
                    sql: "INSERT INTO schema_version VALUES (?, unixepoch() * 1000)",
                    arguments: [next + 1]
                )
            }
            return found
        }
    }

    /// What people ask for and how it is divided.
    private static let work = [
        """
        CREATE TABLE projects (
            id TEXT PRIMARY KEY NOT NULL, path TEXT NOT NULL UNIQUE, name TEXT,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, metadata TEXT NOT NULL DEFAULT '{}'
        ) STRICT
        """,
        "CREATE INDEX projects_updated ON projects (updated_at)",
        """
        CREATE TABLE requests (
            id TEXT PRIMARY KEY NOT NULL,
            project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
            session_id TEXT NOT NULL, prompt TEXT NOT NULL, prompt_type TEXT,
            status TEXT NOT NULL DEFAULT 'active', created_at INTEGER NOT NULL, completed_at INTEGER,
            metadata TEXT NOT NULL DEFAULT '{}'
        ) STRICT
        """,
        "CREATE INDEX requests_project ON requests (project_id, created_at)",
        "CREATE INDEX requests_session ON requests (session_id, created_at)",
        "CREATE INDEX requests_status ON requests (status, created_at)",
        """
        CREATE TABLE task_lists (
            id TEXT PRIMARY KEY NOT NULL,
            request_id TEXT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
            name TEXT, wave_number INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'pending',
            created_at INTEGER NOT NULL, completed_at INTEGER
        ) STRICT
        """,
        "CREATE INDEX task_lists_request ON task_lists (request_id, wave_number)",
        "CREATE INDEX task_lists_status ON task_lists (status, created_at)",
        "CREATE INDEX task_lists_completed ON task_lists (completed_at) WHERE completed_at IS NOT NULL",
        """
        CREATE TABLE subtasks (
            id TEXT PRIMARY KEY NOT NULL,
            task_list_id TEXT NOT NULL REFERENCES task_lists (id) ON DELETE CASCADE,
            agent_type TEXT, agent_id TEXT, description TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'pending',
            blocked_by TEXT, created_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER,
            context_snapshot TEXT, result TEXT
        ) STRICT
        """,
        "CREATE INDEX subtasks_task_list ON subtasks (task_list_id, created_at)",
        "CREATE INDEX subtasks_status ON subtasks (status, created_at)",
        "CREATE INDEX subtasks_agent ON subtasks (agent_type, agent_id)",
    ]

    /// What agents did, and what was learnt from it.
    private static let record = [
        """
        CREATE TABLE actions (
            id TEXT PRIMARY KEY NOT NULL, subtask_id TEXT, session_id TEXT, project_path TEXT,
            tool_name TEXT NOT NULL, tool_type TEXT NOT NULL, input TEXT, output TEXT,
            file_paths TEXT NOT NULL DEFAULT '[]', exit_code INTEGER, duration_ms INTEGER,
            created_at INTEGER NOT NULL, metadata TEXT NOT NULL DEFAULT '{}'
        ) STRICT
        """,
        "CREATE INDEX actions_created ON actions (created_at)",
        "CREATE INDEX actions_tool_name ON actions (tool_name, created_at)",
        // Most calls are of builtin tools: a list of those finds them by time, and each insert saves an index.
        "CREATE INDEX actions_tool_type ON actions (tool_type, created_at) WHERE tool_type <> 'builtin'",
        "CREATE INDEX actions_session ON actions (session_id, created_at) WHERE session_id IS NOT NULL",
        "CREATE INDEX actions_subtask ON actions (subtask_id, created_at) WHERE subtask_id IS NOT NULL",
        """
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY NOT NULL, project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
            started_at INTEGER NOT NULL, ended_at INTEGER, total_tools_used INTEGER NOT NULL DEFAULT 0,
            total_success INTEGER NOT NULL DEFAULT 0, total_errors INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX sessions_project ON sessions (project_id, started_at)",
        "CREATE INDEX sessions_started ON sessions (started_at)",
        "CREATE INDEX sessions_active ON sessions (started_at) WHERE ended_at IS NULL",
        """
        CREATE TABLE routing_scores (
            id INTEGER PRIMARY KEY, keywords TEXT NOT NULL,
            keyword TEXT NOT NULL GENERATED ALWAYS AS (keywords ->> 0) STORED,
            tool_name TEXT NOT NULL, tool_type TEXT NOT NULL, weight REAL NOT NULL,
            usage_count INTEGER NOT NULL, success_count INTEGER NOT NULL, last_used INTEGER NOT NULL,
            UNIQUE (keyword, tool_name, tool_type)
        ) STRICT
        """,
    ]

    /// What agents tell each other.
    private static let exchange = [
        """
        CREATE TABLE messages (
            id TEXT PRIMARY KEY NOT NULL, project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
            from_agent_id TEXT NOT NULL, to_agent_id TEXT, message_type TEXT NOT NULL, topic TEXT,
            payload TEXT NOT NULL, priority INTEGER NOT NULL DEFAULT 0, read_by TEXT NOT NULL DEFAULT '[]',
            created_at INTEGER NOT NULL, expires_at INTEGER
        ) STRICT
        """,
        "CREATE INDEX messages_to_agent ON messages (to_agent_id, created_at)",
        "CREATE INDEX messages_created ON messages (created_at)",
        "CREATE INDEX messages_expires ON messages (expires_at) WHERE expires_at IS NOT NULL",
        "CREATE INDEX messages_project ON messages (project_id) WHERE project_id IS NOT NULL",
        """
        CREATE TABLE subscriptions (
            id TEXT PRIMARY KEY NOT NULL, agent_id TEXT NOT NULL, topic TEXT NOT NULL, callback_url TEXT,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (agent_id, topic)
        ) STRICT
        """,
        """
        CREATE TABLE blocked_agents (
            id TEXT PRIMARY KEY NOT NULL, blocked_by TEXT NOT NULL, blocked_agent TEXT NOT NULL, reason TEXT,
            created_at INTEGER NOT NULL, UNIQUE (blocked_by, blocked_agent)
        ) STRICT
        """,
        "CREATE INDEX blocked_agents_agent ON blocked_agents (blocked_agent)",
        """
        CREATE TABLE agent_contexts (
            id TEXT PRIMARY KEY NOT NULL, project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
            agent_id TEXT NOT NULL, agent_type TEXT NOT NULL, role_context TEXT NOT NULL, skills_to_restore TEXT,
            tools_used TEXT, progress_summary TEXT, last_updated INTEGER NOT NULL, UNIQUE (project_id, agent_id)
        ) STRICT
        """,
        "CREATE INDEX agent_contexts_agent ON agent_contexts (agent_id)",
    ]

    /// What makes each record count exactly once.
    private static let bookkeeping = [
        """
        CREATE TABLE idempotency_keys (
            key TEXT PRIMARY KEY NOT NULL, fingerprint BLOB NOT NULL, response BLOB NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at)",
        """
        CREATE TABLE journal_marks (
            journal_id TEXT PRIMARY KEY NOT NULL, position INTEGER NOT NULL, updated_at INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE rejected_records (
            journal_id TEXT NOT NULL, position INTEGER NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL,
            created_at INTEGER NOT NULL, PRIMARY KEY (journal_id, position)
        ) STRICT
        """,
    ]

    /// The keyword is what is stored and the array what is made of it: `keywords ->> 0` ends at the first U+0000, and
    /// two keywords that are alike up to there were one.
    private static let wholeKeywords = [
        """
        CREATE TABLE whole_scores (
            id INTEGER PRIMARY KEY, keyword TEXT NOT NULL,
            keywords TEXT NOT NULL GENERATED ALWAYS AS (json_array(keyword)) VIRTUAL,
            tool_name TEXT NOT NULL, tool_type TEXT NOT NULL, weight REAL NOT NULL,
            usage_count INTEGER NOT NULL, success_count INTEGER NOT NULL, last_used INTEGER NOT NULL,
            UNIQUE (keyword, tool_name, tool_type)
        ) STRICT
        """,
        """
        INSERT INTO whole_scores (
            id, keyword, tool_name, tool_type, weight, usage_count, success_count, last_used
        )
        SELECT id, keyword, tool_name, tool_type, weight, usage_count, success_count, last_used FROM routing_scores
        """,
        "DROP TABLE routing_scores",
        "ALTER TABLE whole_scores RENAME TO routing_scores",
    ]
}
