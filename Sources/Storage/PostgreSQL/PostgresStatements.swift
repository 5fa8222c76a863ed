/// SQL of the PostgreSQL store that differs from that of SQLite, each with the reason. Everything else is in
/// `Statements/` and, about scores, in `PostgresStatements+Scores.swift`.
enum PostgresStatements {
    /// Locks the mark of a journal, and makes it where none is: whoever had it before, for example a connection that
    /// was given up but whose transaction still runs, has ended when this returns. SQLite has one writer.
    static let lockMark = """
        INSERT INTO journal_marks (journal_id, position, updated_at) VALUES ($1, 0, $2)
        ON CONFLICT (journal_id) DO UPDATE SET updated_at = excluded.updated_at RETURNING position
        """

    /// One server after the other changes projects, sessions and scores, from here to the end of the transaction: a row
    /// that is missing stays missing until it is inserted, and nobody waits for somebody who waits for him. The rows of
    /// actions, which are most of the work, are in before. The number is `dcmscore`.
    static let lockEffects = "SELECT pg_advisory_xact_lock(7233745768844063333)"

    /// The columns of `PostgresActionRows`. Rows come in by COPY: three times as fast as INSERT.
    static let copyActions = """
        COPY actions (id, subtask_id, session_id, project_path, tool_name, tool_type, input, output, file_paths, \
        exit_code, duration_ms, created_at) FROM STDIN (FORMAT binary)
        """

    // Whole batches are one statement each: arrays of columns and not rows, because a round trip or even a statement
    // for every row costs more than the row.

    static let upsertProjects = """
        INSERT INTO projects (id, path, name, created_at, updated_at)
        SELECT p.id, p.path, p.name, p.used, p.used
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS p (id, path, name, used)
        \(WorkStatements.projectConflict)
        """

    static let upsertSessions = """
        INSERT INTO sessions (id, project_id, started_at, total_tools_used, total_success, total_errors)
        SELECT s.id, p.id, s.started_at, s.tools, s.successes, s.errors
        FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[])
            AS s (id, path, started_at, tools, successes, errors)
        LEFT JOIN projects p ON p.path = s.path
        \(WorkStatements.sessionConflict)
        """

    static let keepAnswers = """
        INSERT INTO idempotency_keys (key, fingerprint, response, created_at)
        SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::timestamptz[])
        ON CONFLICT (key) DO NOTHING
        """

    /// One server at a time deletes what is old, until the end of its transaction. The number is `dcmclean`.
    static let tryLockCleaning = "SELECT pg_try_advisory_xact_lock(7233745700274921838)"

    static let beginSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    /// Hours of UTC. Times are not numbers here.
    static let hourlyActions = """
        SELECT date_trunc('hour', created_at, 'UTC') AS hour, count(*) FROM actions WHERE created_at >= $1
        GROUP BY hour ORDER BY hour
        """

    /// As `FigureStatements.activity`; the difference of two times is an interval here.
    static let activity = """
        SELECT \(FigureStatements.activityCounts),
            (SELECT COALESCE(avg(extract(epoch FROM completed_at - created_at)) * 1000, 0)::float8
                FROM task_lists WHERE completed_at IS NOT NULL)
        """

    static let databaseSize = "SELECT pg_database_size(current_database())"

    // MARK: - Set-up

    /// One server after the other creates the tables. The number is `dcmschem`.
    static let lockSchema = "SELECT pg_advisory_xact_lock(7233745768843601261)"

    static let schemaExists = "SELECT to_regclass('schema_version') IS NOT NULL"

    static let createSchemaVersion = """
        CREATE TABLE schema_version (version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())
        """

    static let schemaVersion = "SELECT COALESCE(max(version), 0) FROM schema_version"

    static let addSchemaVersion = "INSERT INTO schema_version (version) VALUES ($1)"
}
