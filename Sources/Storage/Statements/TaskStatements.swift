/// SQL about `task_lists` that every store runs.
enum TaskStatements {
    static let columns = ["id", "request_id", "name", "wave_number", "status", "created_at", "completed_at"]
    private static let list = columns.joined(separator: ", ")

    /// Who inserts a wave holds its request, so that the next one sees it.
    static let lockRequest = "SELECT id FROM requests WHERE id = $1 FOR NO KEY UPDATE"

    /// Inserts nothing if the request isn't there.
    static let insert = """
        INSERT INTO task_lists (\(list))
        SELECT $1, n.id, COALESCE($3, 'Wave ' || CAST(n.number AS TEXT)), n.number, $5, $6, $7
        FROM (
            SELECT r.id, COALESCE(
                $4, (SELECT max(t.wave_number) + 1 FROM task_lists t WHERE t.request_id = r.id), 0
            ) AS number
            FROM requests r WHERE r.id = $2
        ) AS n
        RETURNING \(list)
        """

    static let find = "SELECT \(list) FROM task_lists WHERE id = $1"

    static let change = """
        UPDATE task_lists SET
            status = COALESCE($2, status),
            name = COALESCE($3, name),
            completed_at = CASE WHEN $2 = 'completed' THEN $4 ELSE completed_at END
        WHERE id = $1 RETURNING \(list)
        """

    /// Actions have no foreign key.
    static let deleteActions = """
        DELETE FROM actions WHERE subtask_id IN (SELECT CAST(id AS TEXT) FROM subtasks WHERE task_list_id = $1)
        """

    static let delete = "DELETE FROM task_lists WHERE id = $1 RETURNING \(list)"
}
