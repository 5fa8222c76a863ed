extension PostgresStatements {
    /// `ScoreChange` for any number of rows: those that are there are changed, the others inserted. SQLite keeps the
    /// rows in memory instead, which only its single writer can. Says which change has which row.
    static let applyScores = """
        WITH changes AS MATERIALIZED (
            SELECT * FROM unnest(
                $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
                $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::timestamptz[]
            ) WITH ORDINALITY AS c (
                delta, lower, upper, usage, successes, last_used, keyword, tool_name, tool_type,
                new_weight, new_usage, new_successes, new_last_used, number
            )
        ), updated AS (
            UPDATE routing_scores SET \(scoreAssignments)
            FROM changes c
            WHERE routing_scores.keyword = c.keyword AND routing_scores.tool_name = c.tool_name
                AND routing_scores.tool_type = c.tool_type
            RETURNING c.number, routing_scores.id
        ), inserted AS (
            INSERT INTO routing_scores (keywords, tool_name, tool_type, weight, usage_count, success_count, last_used)
            SELECT jsonb_build_array(c.keyword), c.tool_name, c.tool_type, c.new_weight / 1000000.0, c.new_usage,
                c.new_successes, c.new_last_used
            FROM changes c
            WHERE c.new_weight IS NOT NULL AND c.number NOT IN (SELECT number FROM updated)
            ORDER BY c.number
            RETURNING keyword, tool_name, tool_type, id
        )
        SELECT number, id FROM updated
        UNION ALL
        SELECT c.number, i.id FROM inserted i
        JOIN changes c ON i.keyword = c.keyword AND i.tool_name = c.tool_name AND i.tool_type = c.tool_type
        """

    /// The first half of `applyScores` for rows whose ids are known: half of the work, and less to send.
    static let updateScores = """
        UPDATE routing_scores SET \(scoreAssignments)
        FROM unnest(
            $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::bigint[]
        ) AS c (delta, lower, upper, usage, successes, last_used, id)
        WHERE routing_scores.id = c.id
        """

    private static let scoreAssignments = """
        weight = \(ScoreStatements.shifted("c.delta", "c.lower", "c.upper")),
        usage_count = routing_scores.usage_count + c.usage,
        success_count = routing_scores.success_count + c.successes,
        last_used = \(ScoreStatements.later("c.last_used"))
        """

    static let feedback = "\(ScoreStatements.feedback) RETURNING id"

    // MARK: - For the other servers

    /// What the other servers are told through; the payload is the journal that changed scores.
    static let scoreChannel = "dcm_scores"

    /// Says which scores a batch changed. Under `lockEffects`, so that revisions are committed in their order: whoever
    /// sees one sees all before it.
    static let noteScoreChanges = """
        INSERT INTO score_changes (journal_id, score_ids, created_at) VALUES ($1, $2, $3)
        """

    /// Heard when the transaction is committed, and never if it isn't.
    static let notifyOfScores = "SELECT pg_notify('\(scoreChannel)', $1)"

    /// Keeps the newest: it says how far the changes have come.
    static let pruneScoreChanges = """
        DELETE FROM score_changes
        WHERE created_at < $1 AND revision < (SELECT max(revision) FROM score_changes)
        """

    /// The last revision, and whether everything behind another one is still known: rows go in their order.
    static let lastScoreChange = """
        SELECT COALESCE((SELECT max(revision) FROM score_changes), 0),
            EXISTS (SELECT 1 FROM score_changes WHERE revision = $1)
        """

    /// A page of the rows that others changed behind a revision. Parameters: revision, own journal, id, rows.
    static let changedScores = """
        SELECT id, keyword, tool_name, tool_type, weight, usage_count, success_count, last_used FROM routing_scores
        WHERE id IN (
            SELECT unnest(score_ids) FROM score_changes WHERE revision > $1 AND journal_id <> $2
        ) AND id > $3 ORDER BY id LIMIT $4
        """
}
