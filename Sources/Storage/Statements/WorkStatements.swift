/// SQL about `projects` and `sessions` that every store runs.
enum WorkStatements {
    /// Creates a project or notes that it was used; a name that somebody gave stays.
    static let upsertProject = """
        INSERT INTO projects (id, path, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
        \(projectConflict)
        RETURNING id
        """

    /// The project is there.
    static let projectConflict = """
        ON CONFLICT (path) DO UPDATE SET
            name = COALESCE(projects.name, excluded.name),
            updated_at = CASE WHEN excluded.updated_at > projects.updated_at
                THEN excluded.updated_at ELSE projects.updated_at END
        """

    /// Creates a session or adds to its counters; a project that it already has stays.
    static let upsertSession = """
        INSERT INTO sessions (id, project_id, started_at, total_tools_used, total_success, total_errors)
        VALUES ($1, $2, $3, $4, $5, $6)
        \(sessionConflict)
        """

    /// The session is there.
    static let sessionConflict = """
        ON CONFLICT (id) DO UPDATE SET
            project_id = COALESCE(sessions.project_id, excluded.project_id),
            total_tools_used = sessions.total_tools_used + excluded.total_tools_used,
            total_success = sessions.total_success + excluded.total_success,
            total_errors = sessions.total_errors + excluded.total_errors
        """
}
