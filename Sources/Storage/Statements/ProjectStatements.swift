/// SQL about `projects` that people's requests run; see `WorkStatements` for what follows from actions.
enum ProjectStatements {
    static let columns = ["id", "path", "name", "created_at", "updated_at", "metadata"]
    private static let list = columns.joined(separator: ", ")

    static func upsert(_ dialect: SQLDialect) -> String {
        """
        INSERT INTO projects (id, path, name, created_at, updated_at, metadata) VALUES ($1, $2, $3, $4, $4, $5)
        ON CONFLICT (path) DO UPDATE SET
            name = COALESCE(excluded.name, projects.name),
            updated_at = CASE WHEN excluded.updated_at > projects.updated_at
                THEN excluded.updated_at ELSE projects.updated_at END,
            metadata = \(dialect.merged("projects.metadata", "excluded.metadata"))
        RETURNING \(list)
        """
    }

    static let find = "SELECT \(list) FROM projects WHERE id = $1"

    static let findPath = "SELECT \(list) FROM projects WHERE path = $1"

    /// Actions count through their session, where its counters have them, or else through their subtask: no action
    /// twice, and no look at all actions of a project.
    static let statistics = """
        SELECT p.id, p.name, p.path,
            (SELECT count(*) FROM requests r WHERE r.project_id = p.id),
            (SELECT count(*) FROM subtasks s WHERE s.task_list_id IN \(tasks)),
            a.others + \(sessions("total_tools_used")), a.successes + \(sessions("total_success")), a.average,
            CASE WHEN a.latest > p.updated_at THEN a.latest ELSE p.updated_at END
        FROM projects p CROSS JOIN (
            SELECT count(CASE WHEN session_id IS NULL THEN 1 END) AS others,
                count(CASE WHEN session_id IS NULL AND exit_code = 0 THEN 1 END) AS successes,
                CAST(avg(duration_ms) AS DOUBLE PRECISION) AS average, max(created_at) AS latest
            FROM actions WHERE subtask_id IN \(subtasks)
        ) a
        WHERE p.id = $1
        """

    private static let tasks = """
        (SELECT id FROM task_lists WHERE request_id IN (SELECT id FROM requests WHERE project_id = $1))
        """

    private static let subtasks = "(SELECT CAST(id AS TEXT) FROM subtasks WHERE task_list_id IN \(tasks))"

    private static func sessions(_ counter: String) -> String {
        "(SELECT CAST(COALESCE(sum(\(counter)), 0) AS BIGINT) FROM sessions WHERE project_id = $1)"
    }

    /// Actions have no foreign key.
    static let deleteActions = "DELETE FROM actions WHERE subtask_id IN \(subtasks)"

    static let delete = "DELETE FROM projects WHERE id = $1 RETURNING id"
}
