/// SQL about `subtasks` that every store runs.
enum SubtaskStatements {
    static let columns = [
        "id", "task_list_id", "agent_type", "agent_id", "description", "status", "blocked_by", "created_at",
        "started_at", "completed_at", "context_snapshot", "result",
    ]
    private static let list = columns.joined(separator: ", ")

    /// Inserts nothing if the task or one of so many blockers isn't there.
    static func insert(blockers: Int) -> String {
        """
        INSERT INTO subtasks (\(list))
        SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM task_lists
        WHERE id = $2 \(exist(blockers, from: 13))
        RETURNING id
        """
    }

    static let find = "SELECT \(list) FROM subtasks WHERE id = $1"

    /// Changes nothing if one of so many blockers isn't there.
    static func change(blockers: Int) -> String {
        """
        UPDATE subtasks SET
            status = COALESCE($2, status),
            agent_id = COALESCE($3, agent_id),
            blocked_by = COALESCE($4, blocked_by),
            result = COALESCE($5, result),
            started_at = CASE WHEN $2 = 'running' THEN COALESCE(started_at, $6) ELSE started_at END,
            completed_at = CASE WHEN $2 IN ('completed', 'failed') THEN $6 ELSE completed_at END
        WHERE id = $1 \(exist(blockers, from: 7))
        RETURNING \(list)
        """
    }

    private static func exist(_ count: Int, from first: Int) -> String {
        guard count > 0 else { return "" }
        let places = (0..<count).map { "$\(first + $0)" }.joined(separator: ", ")
        return "AND (SELECT count(*) FROM subtasks WHERE id IN (\(places))) = \(count)"
    }

    /// The columns are those of `ActionStatements.list`.
    static let actions = """
        SELECT id, tool_name, tool_type, exit_code, duration_ms, file_paths, session_id, project_path, created_at
        FROM actions WHERE subtask_id = $1 ORDER BY created_at, id LIMIT 1000
        """

    /// Actions have no foreign key.
    static let deleteActions = "DELETE FROM actions WHERE subtask_id = $1"

    static let delete = "DELETE FROM subtasks WHERE id = $1 RETURNING \(list)"
}
