/// SQL behind context briefs; every store runs it, except where it says so.
enum ContextStatements {
    /// Subtasks with the tasks and requests that they are part of.
    private static let subtasks = """
        subtasks s JOIN task_lists t ON t.id = s.task_list_id JOIN requests r ON r.id = t.request_id
        """

    /// An agent is meant by its id or by its type.
    private static let isOfAgent = "(s.agent_id = $1 OR s.agent_type = $1)"
    private static let isOpen = "s.status IN ('running', 'blocked', 'paused', 'pending')"

    /// The session of the newest subtask that the agent has to do.
    static let activeSession = """
        SELECT r.session_id FROM \(subtasks)
        WHERE \(isOfAgent) AND \(isOpen) AND r.status NOT IN ('completed', 'failed', 'cancelled')
        ORDER BY s.created_at DESC, s.id DESC LIMIT 1
        """

    /// Parameters: agent, session, limit.
    static let openTasks = """
        SELECT s.id, s.description, s.status, s.agent_type, s.agent_id, s.created_at, s.started_at, s.blocked_by,
            t.name, t.wave_number
        FROM \(subtasks) WHERE \(isOfAgent) AND \(isOpen) AND r.session_id = $2
        ORDER BY CASE s.status WHEN 'running' THEN 0 WHEN 'blocked' THEN 1 WHEN 'paused' THEN 2 ELSE 3 END,
            s.created_at, s.id
        LIMIT $3
        """

    /// What others wrote to the agent or to all, and it has not fetched. Parameters: agent, now, limit.
    static func unreadMessages(_ dialect: SQLDialect) -> String {
        """
        SELECT m.id, m.from_agent_id, COALESCE(m.topic, m.message_type), CAST(m.payload AS TEXT), m.priority,
            m.created_at, CASE WHEN m.to_agent_id IS NULL THEN 1 ELSE 0 END
        FROM messages m
        WHERE NOT \(isRead(dialect)) AND m.expires_at > $2 AND m.from_agent_id <> $1
            AND (m.to_agent_id = $1 OR m.to_agent_id IS NULL)
        ORDER BY m.priority DESC, m.created_at, m.id LIMIT $3
        """
    }

    private static func isRead(_ dialect: SQLDialect) -> String {
        switch dialect {
        case .sqlite: "EXISTS (SELECT 1 FROM json_each(m.read_by) WHERE value = $1)"
        case .postgres: "m.read_by @> ARRAY[$1]"
        }
    }

    private static let actionColumns =
        "a.id, a.tool_name, a.tool_type, a.exit_code, a.duration_ms, a.file_paths, a.created_at"

    /// What was done for the agent's subtasks. Parameters: agent, session, limit.
    static let actionsOfSubtasks = """
        SELECT \(actionColumns) FROM \(subtasks) JOIN actions a ON a.subtask_id = CAST(s.id AS TEXT)
        WHERE \(isOfAgent) AND r.session_id = $2 ORDER BY a.created_at DESC, a.id DESC LIMIT $3
        """

    /// What was done in the session for no subtask: hooks know of none. Parameters: session, limit.
    static let actionsOfSession = """
        SELECT \(actionColumns) FROM actions a WHERE a.session_id = $1 AND a.subtask_id IS NULL
        ORDER BY a.created_at DESC, a.id DESC LIMIT $2
        """

    static let latestRequest = """
        SELECT id, session_id, project_id, status, created_at, prompt FROM requests WHERE session_id = $1
        ORDER BY created_at DESC, id DESC LIMIT 1
        """

    static let project = "SELECT id, name, path FROM projects WHERE id = $1"

    static let latestMetadata = """
        SELECT metadata FROM requests WHERE session_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1
        """

    /// Parameters: object, session.
    static func mergeMetadata(_ dialect: SQLDialect) -> String {
        "UPDATE requests SET metadata = \(dialect.merged("metadata", "$1")) WHERE session_id = $2 RETURNING id"
    }
}
