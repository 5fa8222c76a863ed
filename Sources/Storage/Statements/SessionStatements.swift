/// SQL about `sessions` that people's requests run; see `WorkStatements` for what follows from actions.
enum SessionStatements {
    static let columns = [
        "id", "project_id", "started_at", "ended_at", "total_tools_used", "total_success", "total_errors",
    ]
    private static let list = columns.joined(separator: ", ")

    /// Inserts nothing if there is one with the id, or if the project isn't there.
    static let insert = """
        INSERT INTO sessions (\(list))
        SELECT $1, $2, $3, $4, $5, $6, $7 WHERE $2 IS NULL OR EXISTS (SELECT 1 FROM projects WHERE id = $2)
        ON CONFLICT (id) DO NOTHING
        RETURNING id
        """

    static let find = "SELECT \(list) FROM sessions WHERE id = $1"

    static let change = """
        UPDATE sessions SET
            ended_at = CASE WHEN $2 = 1 THEN $3 ELSE ended_at END,
            total_tools_used = COALESCE($4, total_tools_used),
            total_success = COALESCE($5, total_success),
            total_errors = COALESCE($6, total_errors)
        WHERE id = $1 RETURNING \(list)
        """

    static let delete = "DELETE FROM sessions WHERE id = $1 RETURNING id"

    static let overview = """
        SELECT count(*), count(CASE WHEN ended_at IS NULL THEN 1 END),
            CAST(COALESCE(sum(total_tools_used), 0) AS BIGINT), CAST(COALESCE(sum(total_success), 0) AS BIGINT),
            CAST(COALESCE(sum(total_errors), 0) AS BIGINT),
            CAST(COALESCE(avg(total_tools_used), 0) AS DOUBLE PRECISION), min(started_at), max(started_at)
        FROM sessions
        """

    static let projects = """
        SELECT p.name, p.path, count(*) AS sessions, CAST(sum(s.total_tools_used) AS BIGINT)
        FROM sessions s JOIN projects p ON p.id = s.project_id
        GROUP BY p.id, p.name, p.path ORDER BY sessions DESC, p.id LIMIT 10
        """
}
