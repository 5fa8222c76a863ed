/// SQL across projects, requests, tasks and subtasks that every store runs.
enum WorkOverviewStatements {
    static let activeAgents = """
        SELECT s.id, p.id, p.name, p.path, s.agent_type, s.agent_id, s.status, s.description, s.started_at,
            s.created_at, r.session_id, r.id,
            (SELECT count(*) FROM actions a WHERE a.subtask_id = CAST(s.id AS TEXT))
        FROM subtasks s
        JOIN task_lists t ON t.id = s.task_list_id
        JOIN requests r ON r.id = t.request_id
        JOIN projects p ON p.id = r.project_id
        WHERE s.status IN ('running', 'paused', 'blocked')
        ORDER BY COALESCE(s.started_at, s.created_at) DESC, s.id DESC LIMIT 1000
        """

    /// Conditions of the lists that make up a project.
    static func isTask(ofProject project: String) -> String {
        "request_id IN (SELECT id FROM requests WHERE project_id = \(project))"
    }

    static func isSubtask(ofProject project: String) -> String {
        "task_list_id IN (SELECT id FROM task_lists WHERE \(isTask(ofProject: project)))"
    }

    /// Lists without a condition are sorted by time too.
    static let listIndexes = [
        "CREATE INDEX IF NOT EXISTS requests_created ON requests (created_at)",
        "CREATE INDEX IF NOT EXISTS task_lists_created ON task_lists (created_at)",
        "CREATE INDEX IF NOT EXISTS subtasks_created ON subtasks (created_at)",
        "CREATE INDEX IF NOT EXISTS subtasks_agent_id ON subtasks (agent_id, created_at)",
    ]
}
