internal import Bus

extension SubtaskStore where Self: RelationalStore & TaskStore {
    func insertSubtask(_ subtask: SubtaskRecord) async throws(StorageError) -> WriteOutcome<SubtaskRecord> {
        let blockers = subtask.blockedBy ?? []
        let query = StoreQuery(
            SubtaskStatements.insert(blockers: blockers.count),
            [
                .id(subtask.id), .id(subtask.taskID), .text(subtask.agentType), .text(subtask.agentID),
                .text(subtask.description), .text(subtask.status), .ids(subtask.blockedBy), .time(subtask.createdAt),
                .time(subtask.startedAt), .time(subtask.completedAt), .json(subtask.contextSnapshot),
                .json(subtask.result),
            ] + blockers.map { .id($0) }
        ) { (row) throws(StorageError) in try row.id(0) }
        if try await !change(StoreChange(query)).isEmpty { return .done(subtask) }
        // Why nothing was inserted; if both are missing the task is what counts.
        if blockers.isEmpty { return .absent }
        return try await task(subtask.taskID) == nil ? .absent : .blockersAbsent
    }

    func subtasks(matching filter: SubtaskFilter, _ page: Page) async throws(StorageError) -> PageRows<SubtaskRecord> {
        var query = PageQuery.subtasks(by: filter.taskID == nil ? .newest("created_at") : .oldest("created_at"))
        if let id = filter.taskID { query.require("task_list_id", .id(id)) }
        if let status = filter.status { query.require("status", .text(status)) }
        if let type = filter.agentType { query.require("agent_type", .text(type)) }
        if let id = filter.agentID { query.require("agent_id", .text(id)) }
        return try await self.page(query, page, cursor: \.cursor, row: SubtaskRecord.init)
    }

    func subtask(_ id: UUIDv7) async throws(StorageError) -> SubtaskRecord? {
        try await row(StoreQuery(SubtaskStatements.find, [.id(id)], row: SubtaskRecord.init))
    }

    func actions(ofSubtask id: UUIDv7) async throws(StorageError) -> [ActionSummary] {
        try await rows(StoreQuery(SubtaskStatements.actions, [.text(id.description)], row: ActionSummary.init))
    }

    func changeSubtask(
        _ id: UUIDv7,
        _ change: SubtaskChange,
        at time: Timestamp
    ) async throws(StorageError) -> WriteOutcome<SubtaskRecord> {
        let blockers = change.blockedBy ?? []
        let query = StoreQuery(
            SubtaskStatements.change(blockers: blockers.count),
            [
                .id(id), .text(change.status), .text(change.agentID), .ids(change.blockedBy), .json(change.result),
                .time(time),
            ] + blockers.map { .id($0) },
            row: SubtaskRecord.init
        )
        if let subtask = try await self.change(StoreChange(query)).first { return .done(subtask) }
        if blockers.isEmpty { return .absent }
        return try await subtask(id) == nil ? .absent : .blockersAbsent
    }

    func deleteSubtask(_ id: UUIDv7) async throws(StorageError) -> SubtaskRecord? {
        var change = StoreChange(StoreQuery(SubtaskStatements.delete, [.id(id)], row: SubtaskRecord.init))
        change.first = [StoreCommand(SubtaskStatements.deleteActions, [.text(id.description)])]
        return try await self.change(change).first
    }
}

extension PageQuery {
    static func subtasks(by order: Order) -> PageQuery {
        PageQuery(
            "subtasks",
            SubtaskStatements.columns,
            by: order,
            texts: ["description", "blocked_by", "context_snapshot", "result"]
        )
    }
}

extension SubtaskRecord {
    var cursor: PageCursor { PageCursor(time: createdAt, id: id.description) }

    /// The columns of `SubtaskStatements`.
    init(_ row: any StoreRow) throws(StorageError) { try self.init(row, hasSnapshot: true) }

    /// The same, maybe without `context_snapshot`.
    init(_ row: any StoreRow, hasSnapshot: Bool) throws(StorageError) {
        self.init(
            id: try row.id(0),
            taskID: try row.id(1),
            agentType: row.optionalText(2),
            agentID: row.optionalText(3),
            description: row.text(4),
            status: row.text(5),
            blockedBy: row.optionalIDs(6),
            createdAt: row.time(7),
            startedAt: row.optionalTime(8),
            completedAt: row.optionalTime(9),
            contextSnapshot: hasSnapshot ? row.optionalJSON(10) : nil,
            result: row.optionalJSON(hasSnapshot ? 11 : 10)
        )
    }
}

extension ActionSummary {
    /// The columns of `ActionStatements.list`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            toolName: row.text(1),
            toolType: row.text(2),
            exitCode: row.optionalInteger(3),
            durationMilliseconds: row.optionalInteger(4),
            filePaths: row.texts(5),
            sessionID: row.optionalText(6),
            projectPath: row.optionalText(7),
            createdAt: row.time(8)
        )
    }
}
