/// SQL about imports that every store runs. Ids of imported rows are UUIDs of version 8, all others of version 7.
enum ImportStatements {
    // MARK: - Runs

    static let begin = """
        INSERT INTO imports (job_id, source, merge, started_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (job_id) DO NOTHING
        """

    static let runs = "SELECT run, job_id, source, merge, started_at FROM imports ORDER BY run"

    // MARK: - Actions

    /// The next page of imported rows behind an id.
    ///
    /// - Parameter isImported: What says whether the id of a row is of version 8, with as little work as the database
    ///   can: it is asked of every row.
    static func actions(where isImported: String) -> String {
        """
        SELECT id, session_id, project_path, tool_name, tool_type, input, output, file_paths, exit_code, duration_ms, \
        created_at, CAST(metadata AS TEXT) FROM actions
        WHERE id > $1 AND \(isImported) ORDER BY id LIMIT $2
        """
    }

    /// Recorded actions of a time that match nothing.
    static func unmatched(where isImported: String) -> String {
        """
        SELECT id, session_id, tool_name, created_at FROM actions
        WHERE created_at >= $1 AND created_at <= $2 AND NOT (\(isImported))
            AND NOT EXISTS (SELECT 1 FROM import_matches WHERE live_id = actions.id)
        ORDER BY created_at, id
        """
    }

    // MARK: - Sessions and projects

    /// What the run has added goes into the ledger of a row that is there.
    static let ledgerConflict = """
        ON CONFLICT (run, session_id) DO UPDATE SET
            tools = import_sessions.tools + excluded.tools,
            successes = import_sessions.successes + excluded.successes,
            errors = import_sessions.errors + excluded.errors
        """

    /// Only counters of a session that is there are changed: an import knows nothing better about it.
    static let sessionConflict = """
        ON CONFLICT (id) DO UPDATE SET
            total_tools_used = sessions.total_tools_used + excluded.total_tools_used,
            total_success = sessions.total_success + excluded.total_success,
            total_errors = sessions.total_errors + excluded.total_errors
        """

    private static func made(_ run: String = "$1") -> String {
        "SELECT session_id FROM import_sessions WHERE run = \(run) AND made = 1"
    }
    private static let lastAction = "SELECT max(created_at) FROM actions WHERE session_id = sessions.id"
    private static let firstAction = "SELECT min(created_at) FROM actions WHERE session_id = sessions.id"

    /// Parameters: the time since when nothing has happened, run.
    static let settleSessions = """
        UPDATE sessions SET started_at = COALESCE((\(firstAction)), started_at),
            ended_at = CASE WHEN (\(lastAction)) < $1 THEN (\(lastAction)) ELSE ended_at END
        WHERE id IN (\(made("$2")))
        """

    // MARK: - Removal

    /// All of these have the run as their only parameter, and are run in this order.
    static let removal = [
        // A session that an earlier run made and a later one used was made by the later one from now on.
        """
        UPDATE import_sessions SET made = 1 WHERE run <> $1 AND session_id IN (\(made()))
        """,
        """
        UPDATE sessions SET
            total_tools_used = total_tools_used - (\(ledger("tools"))),
            total_success = total_success - (\(ledger("successes"))),
            total_errors = total_errors - (\(ledger("errors")))
        WHERE id IN (SELECT session_id FROM import_sessions WHERE run = $1)
        """,
        "DELETE FROM sessions WHERE id IN (\(made())) AND total_tools_used <= 0",
        // What is left of a session began with what is left of its actions, and the end that the import gave it is
        // older than that.
        """
        UPDATE sessions SET started_at = COALESCE((\(firstAction)), started_at),
            ended_at = CASE WHEN ended_at < (\(firstAction)) THEN NULL ELSE ended_at END
        WHERE id IN (\(made()))
        """,
        "DELETE FROM import_sessions WHERE run = $1",
        "DELETE FROM import_matches WHERE run = $1",
        "DELETE FROM imports WHERE run = $1",
    ]

    /// Projects that an import made and that nothing uses any more.
    static let removeProjects = """
        DELETE FROM projects WHERE path IN (SELECT path FROM import_projects)
            AND path NOT IN (SELECT project_path FROM actions WHERE project_path IS NOT NULL)
            AND id NOT IN (SELECT project_id FROM sessions WHERE project_id IS NOT NULL)
            AND id NOT IN (SELECT project_id FROM requests)
            AND id NOT IN (SELECT project_id FROM messages WHERE project_id IS NOT NULL)
            AND id NOT IN (SELECT project_id FROM agent_contexts WHERE project_id IS NOT NULL)
        """

    static let forgetProjects = "DELETE FROM import_projects WHERE path NOT IN (SELECT path FROM projects)"

    private static func ledger(_ column: String) -> String {
        "SELECT \(column) FROM import_sessions WHERE run = $1 AND session_id = sessions.id"
    }

    // MARK: - Scores

    /// The scores of a run behind a key.
    static let scores = """
        SELECT keyword, tool_name, tool_type, weight, usage_count, success_count, last_used FROM imported_scores
        WHERE run = $1 AND (keyword, tool_name, tool_type) > ($2, $3, $4)
        ORDER BY keyword, tool_name, tool_type LIMIT $5
        """

    static let hasOwnScores = "SELECT EXISTS (SELECT 1 FROM own_scores)"
}
