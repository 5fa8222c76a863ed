/// SQL about `jobs` that every store runs.
enum JobStatements {
    private static let columns =
        "id, kind, owner, state, arguments, progress, checkpoint, report, message, created_at, updated_at"

    /// Makes the row of a job or replaces it, but for its checkpoint, which is written with what the job did.
    static let save = """
        INSERT INTO jobs (id, kind, owner, state, arguments, progress, report, message, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (id) DO UPDATE SET
            state = excluded.state, progress = excluded.progress, report = excluded.report,
            message = excluded.message, updated_at = excluded.updated_at
        """

    static let setCheckpoint = "UPDATE jobs SET checkpoint = $1, updated_at = $2 WHERE id = $3"

    static let find = "SELECT \(columns) FROM jobs WHERE id = $1"

    /// Newest first.
    static let list = "SELECT \(columns) FROM jobs ORDER BY id DESC LIMIT $1"

    /// What a server goes on with or may be told to, oldest first.
    static let unfinished = """
        SELECT \(columns) FROM jobs WHERE owner = $1 AND state IN ('running', 'paused') ORDER BY id
        """
}
