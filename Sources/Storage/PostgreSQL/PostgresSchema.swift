/// The tables of the PostgreSQL store: those of `SQLiteSchema` with the types of PostgreSQL.
///
/// Ids of our own are UUIDs whose order is that of creation, so that rows are appended to the indexes. Counters are
/// bigint, so that no number of a client is beyond range. Texts that are looked up compare by their bytes (`C`), which
/// is what equal means here, and three times as fast as by a language. Texts hold what `PostgresText` makes of them.
/// `actions` has no foreign keys: an unknown subtask is kept as given, and rows arrive later than what they name.
enum PostgresSchema {
    /// What leads from each version to the next.
    private static let versions = [
        work + record + exchange + bookkeeping, sharing, WorkOverviewStatements.listIndexes, inboxes,
        PostgresImportTables.statements, trackedEvents,
    ]

    /// What this program writes, and the newest that it opens.
    static var version: Int { versions.count }

    /// Creates what is missing, in one transaction; one server after the other when two start at once. Throws
    /// `newerSchema` for a database of a later program.
    ///
    /// - Returns: The version before.
    static func apply(on connection: PostgresConnection) async throws(StorageError) -> Int {
        let encoding = await connection.parameter("server_encoding") ?? "unknown"
        guard encoding == "UTF8" else {
            throw StorageError(.unreadable, "the database has the encoding \(encoding); UTF8 is needed")
        }
        do throws(StorageError) {
            return try await bringUpToDate(connection)
        } catch {
            _ = try? await connection.run(PostgresCommand("ROLLBACK", isPrepared: false))
            throw error
        }
    }

    private static func bringUpToDate(_ connection: PostgresConnection) async throws(StorageError) -> Int {
        let begun = try await connection.run(
            ["BEGIN", PostgresStatements.lockSchema, PostgresStatements.schemaExists].map(once)
        )
        // Asked and not created "if not exists", which needs the right to create tables even where all is there.
        let isThere = begun.last.map { $0.bool(0, 0) } ?? false
        if !isThere { _ = try await connection.run(once(PostgresStatements.createSchemaVersion)) }
        let found = Int(try await connection.run(once(PostgresStatements.schemaVersion)).integer(0, 0))
        guard found <= version else {
            throw StorageError(
                .newerSchema,
                "the database has schema version \(found), this program knows versions up to \(version): "
                    + "use a newer dcm"
            )
        }
        var commands: [PostgresCommand] = []
        for next in found..<version {
            commands += versions[next].map(once)
            commands.append(once(PostgresStatements.addSchemaVersion).with(next + 1))
        }
        _ = try await connection.run(commands + [once("COMMIT")])
        return found
    }

    private static func once(_ sql: String) -> PostgresCommand { PostgresCommand(sql, isPrepared: false) }

    /// What people ask for and how it is divided.
    private static let work = [
        """
        CREATE TABLE projects (
            id uuid PRIMARY KEY, path text COLLATE "C" NOT NULL UNIQUE, name text,
            created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, metadata jsonb NOT NULL DEFAULT '{}'
        )
        """,
        "CREATE INDEX projects_updated ON projects (updated_at)",
        """
        CREATE TABLE requests (
            id uuid PRIMARY KEY,
            project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
            session_id text COLLATE "C" NOT NULL, prompt text NOT NULL, prompt_type text,
            status text COLLATE "C" NOT NULL DEFAULT 'active', created_at timestamptz NOT NULL,
            completed_at timestamptz, metadata jsonb NOT NULL DEFAULT '{}'
        )
        """,
        "CREATE INDEX requests_project ON requests (project_id, created_at)",
        "CREATE INDEX requests_session ON requests (session_id, created_at)",
        "CREATE INDEX requests_status ON requests (status, created_at)",
        """
        CREATE TABLE task_lists (
            id uuid PRIMARY KEY,
            request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
            name text, wave_number bigint NOT NULL DEFAULT 0, status text COLLATE "C" NOT NULL DEFAULT 'pending',
            created_at timestamptz NOT NULL, completed_at timestamptz
        )
        """,
        "CREATE INDEX task_lists_request ON task_lists (request_id, wave_number)",
        "CREATE INDEX task_lists_status ON task_lists (status, created_at)",
        "CREATE INDEX task_lists_completed ON task_lists (completed_at) WHERE completed_at IS NOT NULL",
        """
        CREATE TABLE subtasks (
            id uuid PRIMARY KEY,
            task_list_id uuid NOT NULL REFERENCES task_lists (id) ON DELETE CASCADE,
            agent_type text COLLATE "C", agent_id text COLLATE "C", description text NOT NULL,
            status text COLLATE "C" NOT NULL DEFAULT 'pending', blocked_by uuid[], created_at timestamptz NOT NULL,
            started_at timestamptz, completed_at timestamptz, context_snapshot jsonb, result jsonb
        )
        """,
        "CREATE INDEX subtasks_task_list ON subtasks (task_list_id, created_at)",
        "CREATE INDEX subtasks_status ON subtasks (status, created_at)",
        "CREATE INDEX subtasks_agent ON subtasks (agent_type, agent_id)",
    ]

    /// What agents did, and what was learnt from it.
    private static let record = [
        """
        CREATE TABLE actions (
            id uuid PRIMARY KEY, subtask_id text COLLATE "C", session_id text COLLATE "C", project_path text,
            tool_name text COLLATE "C" NOT NULL, tool_type text COLLATE "C" NOT NULL, input text, output text,
            file_paths text[] NOT NULL DEFAULT '{}', exit_code bigint, duration_ms bigint,
            created_at timestamptz NOT NULL, metadata jsonb NOT NULL DEFAULT '{}'
        )
        """,
        "CREATE INDEX actions_created ON actions (created_at)",
        "CREATE INDEX actions_tool_name ON actions (tool_name, created_at)",
        // Most calls are of builtin tools: a list of those finds them by time, and each insert saves an index.
        "CREATE INDEX actions_tool_type ON actions (tool_type, created_at) WHERE tool_type <> 'builtin'",
        "CREATE INDEX actions_session ON actions (session_id, created_at) WHERE session_id IS NOT NULL",
        "CREATE INDEX actions_subtask ON actions (subtask_id, created_at) WHERE subtask_id IS NOT NULL",
        """
        CREATE TABLE sessions (
            id text COLLATE "C" PRIMARY KEY, project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
            started_at timestamptz NOT NULL, ended_at timestamptz, total_tools_used bigint NOT NULL DEFAULT 0,
            total_success bigint NOT NULL DEFAULT 0, total_errors bigint NOT NULL DEFAULT 0
        )
        """,
        "CREATE INDEX sessions_project ON sessions (project_id, started_at)",
        "CREATE INDEX sessions_started ON sessions (started_at)",
        "CREATE INDEX sessions_active ON sessions (started_at) WHERE ended_at IS NULL",
        // Room in each page for the next version of its rows: they change often, and none of their indexes does.
        """
        CREATE TABLE routing_scores (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, keywords jsonb NOT NULL,
            keyword text COLLATE "C" NOT NULL GENERATED ALWAYS AS (keywords ->> 0) STORED,
            tool_name text COLLATE "C" NOT NULL, tool_type text COLLATE "C" NOT NULL,
            weight double precision NOT NULL, usage_count bigint NOT NULL, success_count bigint NOT NULL,
            last_used timestamptz NOT NULL, UNIQUE (keyword, tool_name, tool_type)
        ) WITH (fillfactor = 70)
        """,
    ]

    /// What agents tell each other.
    private static let exchange = [
        """
        CREATE TABLE messages (
            id uuid PRIMARY KEY, project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
            from_agent_id text COLLATE "C" NOT NULL, to_agent_id text COLLATE "C",
            message_type text COLLATE "C" NOT NULL, topic text COLLATE "C",
            payload jsonb NOT NULL, priority bigint NOT NULL DEFAULT 0, read_by text[] NOT NULL DEFAULT '{}',
            created_at timestamptz NOT NULL, expires_at timestamptz
        )
        """,
        "CREATE INDEX messages_to_agent ON messages (to_agent_id, created_at)",
        "CREATE INDEX messages_created ON messages (created_at)",
        "CREATE INDEX messages_expires ON messages (expires_at) WHERE expires_at IS NOT NULL",
        "CREATE INDEX messages_project ON messages (project_id) WHERE project_id IS NOT NULL",
        """
        CREATE TABLE subscriptions (
            id uuid PRIMARY KEY, agent_id text COLLATE "C" NOT NULL, topic text COLLATE "C" NOT NULL,
            callback_url text, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
            UNIQUE (agent_id, topic)
        )
        """,
        """
        CREATE TABLE blocked_agents (
            id uuid PRIMARY KEY, blocked_by text COLLATE "C" NOT NULL, blocked_agent text COLLATE "C" NOT NULL,
            reason text, created_at timestamptz NOT NULL, UNIQUE (blocked_by, blocked_agent)
        )
        """,
        "CREATE INDEX blocked_agents_agent ON blocked_agents (blocked_agent)",
        """
        CREATE TABLE agent_contexts (
            id uuid PRIMARY KEY, project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
            agent_id text COLLATE "C" NOT NULL, agent_type text COLLATE "C" NOT NULL, role_context jsonb NOT NULL,
            skills_to_restore text[], tools_used text[], progress_summary text, last_updated timestamptz NOT NULL,
            UNIQUE (project_id, agent_id)
        )
        """,
        "CREATE INDEX agent_contexts_agent ON agent_contexts (agent_id)",
    ]

    /// Which scores changed, for servers that keep them in memory. An index of revisions in `routing_scores` itself
    /// would make each of its updates write to all of its indexes.
    private static let sharing = [
        """
        CREATE TABLE score_changes (
            revision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, journal_id text COLLATE "C" NOT NULL,
            score_ids bigint[] NOT NULL, created_at timestamptz NOT NULL
        )
        """
    ]

    /// What makes each record count exactly once.
    private static let bookkeeping = [
        """
        CREATE TABLE idempotency_keys (
            key text COLLATE "C" PRIMARY KEY, fingerprint bytea NOT NULL, response bytea NOT NULL,
            created_at timestamptz NOT NULL
        )
        """,
        "CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at)",
        """
        CREATE TABLE journal_marks (
            journal_id text COLLATE "C" PRIMARY KEY, position bigint NOT NULL, updated_at timestamptz NOT NULL
        ) WITH (fillfactor = 10)
        """,
        """
        CREATE TABLE rejected_records (
            journal_id text COLLATE "C" NOT NULL, position bigint NOT NULL, reason text NOT NULL,
            body bytea NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (journal_id, position)
        )
        """,
    ]
}
