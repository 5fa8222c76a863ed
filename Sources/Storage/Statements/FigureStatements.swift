/// SQL behind `/stats` and the `metrics` channel (contract section 2.8); every store runs it.
enum FigureStatements {
    static let counts = """
        SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM requests), (SELECT count(*) FROM actions),
            (SELECT count(*) FROM messages WHERE channel IS NULL)
        """

    /// Parameters: one hour ago and five minutes ago.
    static let activity = """
        SELECT \(activityCounts),
            (SELECT COALESCE(avg(completed_at - created_at), 0.0) FROM task_lists WHERE completed_at IS NOT NULL)
        """

    /// The first seven columns of `activity`.
    static let activityCounts = """
        (SELECT count(*) FROM sessions WHERE ended_at IS NULL),
        (SELECT count(DISTINCT agent_id) FROM subtasks WHERE status = 'running'),
        (SELECT count(*) FROM task_lists WHERE status = 'pending'),
        (SELECT count(*) FROM task_lists WHERE status = 'running'),
        (SELECT count(*) FROM task_lists WHERE completed_at >= $1),
        (SELECT count(*) FROM messages WHERE created_at >= $1 AND channel IS NULL),
        (SELECT count(*) FROM actions WHERE created_at >= $2)
        """

    static let probe = "SELECT 1"
}
