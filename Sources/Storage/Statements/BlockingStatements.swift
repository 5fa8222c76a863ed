/// SQL about `blocked_agents`; every store runs it.
enum BlockingStatements {
    private static let columns = "id, blocked_by, blocked_agent, reason, created_at"

    /// One row for each pair; a new reason replaces the old one.
    static let upsert = """
        INSERT INTO blocked_agents (\(columns)) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (blocked_by, blocked_agent) DO UPDATE SET reason = excluded.reason
        RETURNING \(columns)
        """

    static let delete = "DELETE FROM blocked_agents WHERE id = $1 RETURNING \(columns)"

    static let deletePair = """
        DELETE FROM blocked_agents WHERE blocked_by = $1 AND blocked_agent = $2 RETURNING \(columns)
        """

    static let blockers = """
        SELECT \(columns) FROM blocked_agents WHERE blocked_agent = $1 ORDER BY created_at DESC, id DESC LIMIT $2
        """

    static let blocked = """
        SELECT \(columns) FROM blocked_agents WHERE blocked_by = $1 ORDER BY created_at DESC, id DESC LIMIT $2
        """

    static let all = "SELECT \(columns) FROM blocked_agents ORDER BY created_at DESC, id DESC LIMIT $1"
}
