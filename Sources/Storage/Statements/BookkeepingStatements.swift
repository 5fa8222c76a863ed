/// SQL that makes records count exactly once; every store runs it.
enum BookkeepingStatements {
    static let mark = "SELECT position FROM journal_marks WHERE journal_id = $1"

    static let setMark = """
        INSERT INTO journal_marks (journal_id, position, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (journal_id) DO UPDATE SET position = excluded.position, updated_at = excluded.updated_at
        """

    static let reject = """
        INSERT INTO rejected_records (journal_id, position, reason, body, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (journal_id, position) DO NOTHING
        """

    static let answer = "SELECT fingerprint, response FROM idempotency_keys WHERE key = $1"

    /// The first answer to a key stays the answer.
    static let keepAnswer = """
        INSERT INTO idempotency_keys (key, fingerprint, response, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (key) DO NOTHING
        """

    static let pruneAnswers = "DELETE FROM idempotency_keys WHERE created_at < $1"
}
