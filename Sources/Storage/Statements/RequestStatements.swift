/// SQL about `requests` that every store runs.
enum RequestStatements {
    static let columns = [
        "id", "project_id", "session_id", "prompt", "prompt_type", "status", "created_at", "completed_at", "metadata",
    ]
    private static let list = columns.joined(separator: ", ")

    /// Inserts nothing if the project isn't there.
    static let insert = """
        INSERT INTO requests (\(list))
        SELECT $1, id, $3, $4, $5, $6, $7, $8, $9 FROM projects WHERE id = $2
        RETURNING id
        """

    static let find = "SELECT \(list) FROM requests WHERE id = $1"

    static func change(_ dialect: SQLDialect) -> String {
        """
        UPDATE requests SET
            status = COALESCE($2, status),
            completed_at = CASE WHEN $2 = 'completed' THEN $3 ELSE completed_at END,
            metadata = CASE WHEN $4 IS NULL THEN metadata ELSE \(dialect.merged("metadata", "$4")) END
        WHERE id = $1 RETURNING \(list)
        """
    }

    /// Actions have no foreign key.
    static let deleteActions = """
        DELETE FROM actions WHERE subtask_id IN (
            SELECT CAST(id AS TEXT) FROM subtasks
            WHERE task_list_id IN (SELECT id FROM task_lists WHERE request_id = $1)
        )
        """

    static let delete = "DELETE FROM requests WHERE id = $1 RETURNING id"
}
