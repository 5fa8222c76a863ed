/// SQL that deletes what is old, a slice at a time; every store runs it.
enum CleanupStatements {
    /// Parameters: time, rows.
    static func delete(_ table: CleanableTable) -> String {
        switch table {
        case .messages: delete(from: "messages", where: "expires_at < $1 ORDER BY expires_at")
        case .actions: delete(from: "actions", where: "created_at < $1 ORDER BY created_at")
        // By status, because the index by time begins with it; the order is not worth a sort of all of them.
        case .requests:
            delete(from: "requests", where: "status IN (\(requestStatuses)) AND created_at < $1")
        case .sessions: delete(from: "sessions", where: "ended_at < $1")
        case .rejectedRecords:
            """
            DELETE FROM rejected_records WHERE (journal_id, position) IN (
                SELECT journal_id, position FROM rejected_records WHERE created_at < $1 LIMIT $2
            )
            RETURNING 1
            """
        }
    }

    private static let requestStatuses = "'active', 'completed', 'failed', 'cancelled'"

    private static func delete(from table: String, where condition: String) -> String {
        "DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table) WHERE \(condition) LIMIT $2) RETURNING 1"
    }

    /// Ends sessions of which nothing was heard since a time. Signs of life are the start, tool calls and requests; the
    /// end is the last of them. Parameters: time, rows.
    static func closeSessions(_ dialect: SQLDialect) -> String {
        let later =
            switch dialect {
            // Both give the larger of their arguments; this one is null as soon as one of them is.
            case .sqlite: "max"
            case .postgres: "greatest"
            }
        return """
            UPDATE sessions SET ended_at = \(later)(
                started_at,
                COALESCE((SELECT max(created_at) FROM actions a WHERE a.session_id = sessions.id), started_at),
                COALESCE((SELECT max(created_at) FROM requests r WHERE r.session_id = sessions.id), started_at)
            )
            WHERE id IN (
                SELECT id FROM sessions s WHERE s.ended_at IS NULL AND s.started_at < $1
                    AND NOT EXISTS (SELECT 1 FROM actions a WHERE a.session_id = s.id AND a.created_at >= $1)
                    AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.session_id = s.id AND r.created_at >= $1)
                ORDER BY s.started_at LIMIT $2
            )
            RETURNING id, ended_at
            """
    }

    /// Parameter: now.
    static func messageCounts(_ dialect: SQLDialect) -> String {
        let unread =
            switch dialect {
            case .sqlite: "read_by = '[]'"
            case .postgres: "read_by = '{}'"
            }
        return """
            SELECT count(*), COALESCE(sum(CASE WHEN expires_at < $1 THEN 1 ELSE 0 END), 0),
                COALESCE(sum(CASE WHEN \(unread) THEN 1 ELSE 0 END), 0)
            FROM messages WHERE channel IS NULL
            """
    }

    /// Parameter: rows.
    static let topicCounts = """
        SELECT COALESCE(topic, message_type) AS name, count(*) FROM messages WHERE channel IS NULL
        GROUP BY name ORDER BY count(*) DESC, name LIMIT $1
        """
}
