internal import Bus

extension WorkOverviewStore where Self: RelationalStore {
    func activeAgents() async throws(StorageError) -> [ActiveAgent] {
        try await rows(StoreQuery(WorkOverviewStatements.activeAgents, row: ActiveAgent.init))
    }

    func work(ofProject id: UUIDv7) async throws(StorageError) -> ProjectWork {
        let page = Page(limit: 1000)
        // A subtask is small without its snapshot, and there are several for each request.
        let deep = Page(limit: 10_000)
        var requests = PageQuery.requests
        requests.require("project_id", .id(id))
        var tasks = PageQuery.tasks(by: .newest("created_at"))
        tasks.require(WorkOverviewStatements.isTask, .id(id))
        var subtasks = PageQuery(
            "subtasks",
            SubtaskStatements.columns.filter { $0 != "context_snapshot" },
            by: .newest("created_at"),
            texts: ["description", "blocked_by", "result"]
        )
        subtasks.require(WorkOverviewStatements.isSubtask, .id(id))
        let found = (
            requests: try await self.page(requests, page, cursor: \.cursor, row: RequestRecord.init),
            tasks: try await self.page(tasks, deep, cursor: \.cursor, row: TaskRecord.init),
            subtasks: try await self.page(subtasks, deep, cursor: \.cursor) { (row) throws(StorageError) in
                try SubtaskRecord(row, hasSnapshot: false)
            }
        )
        return ProjectWork(
            requests: found.requests.rows,
            tasks: found.tasks.rows.sorted {
                ($0.waveNumber, $0.createdAt, $0.id) < ($1.waveNumber, $1.createdAt, $1.id)
            },
            subtasks: found.subtasks.rows.reversed(),
            isTruncated: found.requests.next != nil || found.tasks.next != nil || found.subtasks.next != nil
        )
    }
}

extension ActiveAgent {
    /// A row of `WorkOverviewStatements.activeAgents`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            subtaskID: try row.id(0),
            projectID: try row.id(1),
            projectName: row.optionalText(2),
            projectPath: row.text(3),
            agentType: row.optionalText(4),
            agentID: row.optionalText(5),
            status: row.text(6),
            description: row.text(7),
            startedAt: row.optionalTime(8),
            createdAt: row.time(9),
            sessionID: row.text(10),
            requestID: try row.id(11),
            actions: row.integer(12)
        )
    }
}
