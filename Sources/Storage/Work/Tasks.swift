internal import Bus

extension TaskStore where Self: RelationalStore {
    func insertTask(_ task: NewTask) async throws(StorageError) -> TaskRecord? {
        var change = StoreChange(
            StoreQuery(
                TaskStatements.insert,
                [
                    .id(task.id), .id(task.requestID), .text(task.name), .integer(task.waveNumber), .text(task.status),
                    .time(task.createdAt), .time(task.completedAt),
                ],
                row: TaskRecord.init
            )
        )
        change.locks = [StoreCommand(TaskStatements.lockRequest, [.id(task.requestID)])]
        return try await self.change(change).first
    }

    func tasks(matching filter: TaskFilter, _ page: Page) async throws(StorageError) -> PageRows<TaskRecord> {
        var query = PageQuery.tasks(by: filter.requestID == nil ? .newest("created_at") : .waves)
        if let id = filter.requestID { query.require("request_id", .id(id)) }
        if let status = filter.status { query.require("status", .text(status)) }
        return try await self.page(query, page, cursor: \.cursor, row: TaskRecord.init)
    }

    func task(_ id: UUIDv7) async throws(StorageError) -> TaskRecord? {
        try await row(StoreQuery(TaskStatements.find, [.id(id)], row: TaskRecord.init))
    }

    func changeTask(
        _ id: UUIDv7,
        _ change: TaskChange,
        at time: Timestamp
    ) async throws(StorageError) -> TaskRecord? {
        let query = StoreQuery(
            TaskStatements.change,
            [.id(id), .text(change.status), .text(change.name), .time(time)],
            row: TaskRecord.init
        )
        return try await self.change(StoreChange(query)).first
    }

    func deleteTask(_ id: UUIDv7) async throws(StorageError) -> TaskRecord? {
        var change = StoreChange(StoreQuery(TaskStatements.delete, [.id(id)], row: TaskRecord.init))
        change.first = [StoreCommand(TaskStatements.deleteActions, [.id(id)])]
        return try await self.change(change).first
    }
}

extension PageQuery {
    static func tasks(by order: Order) -> PageQuery {
        PageQuery("task_lists", TaskStatements.columns, by: order, texts: ["name"])
    }
}

extension TaskRecord {
    var cursor: PageCursor { PageCursor(number: waveNumber, time: createdAt, id: id.description) }

    /// The columns of `TaskStatements`.
    init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            requestID: try row.id(1),
            name: row.optionalText(2),
            waveNumber: row.integer(3),
            status: row.text(4),
            createdAt: row.time(5),
            completedAt: row.optionalTime(6)
        )
    }
}
