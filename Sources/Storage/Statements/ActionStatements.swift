/// SQL about `actions` that every store runs. Parameters are `$1`, `$2` ... in the order in which they first appear,
/// which both SQLite and PostgreSQL number alike.
enum ActionStatements {
    static let insert = """
        INSERT INTO actions (id, subtask_id, session_id, project_path, tool_name, tool_type, input, output, \
        file_paths, exit_code, duration_ms, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """

    static let delete = "DELETE FROM actions WHERE id = $1"

    static let deleteOfSession = "DELETE FROM actions WHERE session_id = $1"

    /// The conditions of a filter, in the order of their parameters; limit and offset come last.
    static func list(_ filter: ActionFilter) -> String {
        let columns = [
            filter.toolName.map { _ in "tool_name" }, filter.toolType.map { _ in "tool_type" },
            filter.sessionID.map { _ in "session_id" },
        ].compactMap { $0 }
        var conditions = columns.enumerated().map { index, column in "\(column) = $\(index + 1)" }
        // Says what the parameter implies: without it the index of the rarer types isn't considered.
        if let toolType = filter.toolType, toolType != "builtin" { conditions.append("tool_type <> 'builtin'") }
        var count = columns.count
        if filter.cursor != nil {
            conditions.append("(created_at, id) < ($\(count + 1), $\(count + 2))")
            count += 2
        }
        let filtered = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return """
            SELECT id, tool_name, tool_type, exit_code, duration_ms, file_paths, session_id, project_path, created_at
            FROM actions \(filtered)
            ORDER BY created_at DESC, id DESC LIMIT $\(count + 1) OFFSET $\(count + 2)
            """
    }

    /// Whole hours of UTC: times before 1970 don't occur here, so the division may truncate.
    static let hourly = """
        SELECT created_at / 3600000 * 3600000 AS hour, count(*) FROM actions WHERE created_at >= $1
        GROUP BY hour ORDER BY hour
        """
}
