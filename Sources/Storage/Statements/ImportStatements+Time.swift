extension ImportStatements {
    /// Imported rows of a time, with the columns of `actions`.
    static let actionsOfTime = """
        SELECT id, session_id, project_path, tool_name, tool_type, input, output, file_paths, exit_code, duration_ms, \
        created_at, CAST(metadata AS TEXT) FROM actions
        WHERE created_at >= $1 AND created_at <= $2 AND substr(CAST(id AS TEXT), 15, 1) = '8'
        ORDER BY created_at, id
        """
}
