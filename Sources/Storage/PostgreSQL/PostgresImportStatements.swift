/// SQL of imports and jobs that differs from that of SQLite: many rows are one statement here.
enum PostgresImportStatements {
    /// The columns of `ImportedAction`.
    static let copyActions = """
        COPY actions (id, subtask_id, session_id, project_path, tool_name, tool_type, input, output, file_paths, \
        exit_code, duration_ms, created_at, metadata) FROM STDIN (FORMAT binary)
        """

    static let present = "SELECT id FROM actions WHERE id = ANY($1::uuid[])"

    static let matched = "SELECT imported_id FROM import_matches WHERE imported_id = ANY($1::uuid[])"

    static let insertMatches = """
        INSERT INTO import_matches (imported_id, live_id, run)
        SELECT m.imported_id, m.live_id, $3 FROM unnest($1::uuid[], $2::uuid[]) AS m (imported_id, live_id)
        ON CONFLICT DO NOTHING
        """

    static let deleteActions = "DELETE FROM actions WHERE id = ANY($1::uuid[])"

    /// The byte that has the version above 7. An equation would do as well, but of one that it has no statistics about
    /// the planner expects that it holds for one row in two hundred, and sorts the whole table for each page.
    private static let isImported = "get_byte(uuid_send(id), 6) >= 128"

    static let actions = ImportStatements.actions(where: isImported)

    static let unmatched = ImportStatements.unmatched(where: isImported)

    // MARK: - Sessions and projects

    static let noteProjects = """
        INSERT INTO import_projects (path)
        SELECT p.path FROM unnest($1::text[]) AS p (path)
        WHERE NOT EXISTS (SELECT 1 FROM projects WHERE projects.path = p.path)
        ON CONFLICT (path) DO NOTHING
        """

    static let insertProjects = """
        INSERT INTO projects (id, path, name, created_at, updated_at)
        SELECT p.id, p.path, p.name, p.used, p.used
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS p (id, path, name, used)
        ON CONFLICT (path) DO NOTHING
        """

    static let noteSessions = """
        INSERT INTO import_sessions (run, session_id, made, tools, successes, errors)
        SELECT $1, s.id, CASE WHEN EXISTS (SELECT 1 FROM sessions WHERE sessions.id = s.id) THEN 0 ELSE 1 END,
            s.tools, s.successes, s.errors
        FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS s (id, tools, successes, errors)
        \(ImportStatements.ledgerConflict)
        """

    static let insertSessions = """
        INSERT INTO sessions (id, project_id, started_at, total_tools_used, total_success, total_errors)
        SELECT s.id, p.id, s.started_at, s.tools, s.successes, s.errors
        FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[])
            AS s (id, path, started_at, tools, successes, errors)
        LEFT JOIN projects p ON p.path = s.path
        \(ImportStatements.sessionConflict)
        """

    // MARK: - Scores

    /// Taken by every batch: an import that changes what a row is made of waits for those under way and holds up the
    /// next ones, so that each batch knows whether it has to learn in `own_scores` as well. The number is `dcmowns`.
    static let shareScores = "SELECT pg_advisory_xact_lock_shared(\(scoresLock))"
    static let lockScores = "SELECT pg_advisory_xact_lock(\(scoresLock))"
    private static let scoresLock = "28256900394479219"

    private static let keys =
        "unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k (keyword, tool_name, tool_type, number)"
    private static let values = "weight, usage_count, success_count, last_used"

    /// Values of a table for some keys, each with the number of its key.
    static func find(in table: String) -> String {
        "SELECT k.number, \(values) FROM \(keys) JOIN \(table) USING (keyword, tool_name, tool_type)"
    }

    static let findImports = """
        SELECT k.number, \(values), run, source, merge
        FROM \(keys) JOIN imported_scores USING (keyword, tool_name, tool_type) JOIN imports USING (run)
        ORDER BY k.number, run
        """

    private static let rows = """
        unnest($1::text[], $2::text[], $3::text[], $4::double precision[], $5::bigint[], $6::bigint[], \
        $7::timestamptz[]) AS r (keyword, tool_name, tool_type, weight, usage_count, success_count, last_used)
        """

    private static let isReplaced = """
        DO UPDATE SET weight = excluded.weight, usage_count = excluded.usage_count, \
        success_count = excluded.success_count, last_used = excluded.last_used
        """

    static let keepImports = """
        INSERT INTO imported_scores (keyword, tool_name, tool_type, \(values), run) SELECT r.*, $8 FROM \(rows)
        ON CONFLICT (keyword, tool_name, tool_type, run) \(isReplaced)
        """

    static let keepOwn = """
        INSERT INTO own_scores (keyword, tool_name, tool_type, \(values)) SELECT r.* FROM \(rows) ON CONFLICT DO NOTHING
        """

    static let setScores = """
        INSERT INTO routing_scores (keywords, tool_name, tool_type, \(values))
        SELECT jsonb_build_array(r.keyword), r.tool_name, r.tool_type, r.weight, r.usage_count, r.success_count, \
        r.last_used FROM \(rows)
        ON CONFLICT (keyword, tool_name, tool_type) \(isReplaced)
        """

    /// The rows of some keys.
    static func delete(from table: String) -> String {
        """
        DELETE FROM \(table) t USING \(keys)
        WHERE t.keyword = k.keyword AND t.tool_name = k.tool_name AND t.tool_type = k.tool_type
        """
    }

    static let dropImports = "\(delete(from: "imported_scores")) AND t.run = $4"

    /// As `PostgresStatements.applyScores` for what rows with an import would be without it. No uses: there would be
    /// none.
    static let applyOwnScores = """
        UPDATE own_scores SET
            weight = CASE WHEN usage_count = 0 THEN CAST(c.new_weight AS DOUBLE PRECISION) / 1000000.0
                ELSE \(ScoreStatements.shifted("c.delta", "c.lower", "c.upper", of: "own_scores")) END,
            usage_count = CASE WHEN usage_count = 0 THEN c.new_usage ELSE usage_count + c.usage END,
            success_count = CASE WHEN usage_count = 0 THEN c.new_successes ELSE success_count + c.successes END,
            last_used = CASE WHEN usage_count = 0 THEN c.new_last_used
                ELSE \(ScoreStatements.later("c.last_used", of: "own_scores")) END
        FROM unnest(
            $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
            $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::timestamptz[]
        ) AS c (
            delta, lower, upper, usage, successes, last_used, keyword, tool_name, tool_type,
            new_weight, new_usage, new_successes, new_last_used
        )
        WHERE own_scores.keyword = c.keyword AND own_scores.tool_name = c.tool_name
            AND own_scores.tool_type = c.tool_type AND (usage_count > 0 OR c.new_weight IS NOT NULL)
        """

    /// As `ScoreStatements.feedback`.
    static let feedbackOnOwnScores = """
        UPDATE own_scores SET weight = \(ScoreStatements.shifted("$1", "$2", "$3", of: "own_scores")),
            last_used = \(ScoreStatements.later("$4", of: "own_scores"))
        WHERE keyword = $5 AND tool_name = $6 AND usage_count > 0
        """

    /// Makes every server that shares the database load all scores: what it knows the changes behind is gone. Under
    /// `lockEffects`, as every change of this table.
    static let forgetScoreChanges = "DELETE FROM score_changes"

    // MARK: - Figures

    static let dailyActions = """
        SELECT date_trunc('day', created_at, 'UTC') AS day, tool_name,
            count(*) FILTER (WHERE NOT (\(isImported))), count(*) FILTER (WHERE \(isImported))
        FROM actions WHERE created_at >= $1 AND created_at <= $2 GROUP BY day, tool_name ORDER BY day, tool_name
        """
}
