internal import Bus

extension RequestStore where Self: RelationalStore {
    func insertRequest(_ request: RequestRecord) async throws(StorageError) -> Bool {
        let query = StoreQuery(
            RequestStatements.insert,
            [
                .id(request.id), .id(request.projectID), .text(request.sessionID), .text(request.prompt),
                .text(request.promptType), .text(request.status), .time(request.createdAt),
                .time(request.completedAt), .json(request.metadata),
            ]
        ) { (row) throws(StorageError) in try row.id(0) }
        return try await !change(StoreChange(query)).isEmpty
    }

    func requests(matching filter: RequestFilter, _ page: Page) async throws(StorageError) -> PageRows<RequestRecord> {
        var query = PageQuery.requests
        if let id = filter.projectID { query.require("project_id", .id(id)) }
        if let id = filter.sessionID { query.require("session_id", .text(id)) }
        if let status = filter.status { query.require("status", .text(status)) }
        return try await self.page(query, page, cursor: \.cursor, row: RequestRecord.init)
    }

    func request(_ id: UUIDv7) async throws(StorageError) -> RequestRecord? {
        try await row(StoreQuery(RequestStatements.find, [.id(id)], row: RequestRecord.init))
    }

    func changeRequest(
        _ id: UUIDv7,
        _ change: RequestChange,
        at time: Timestamp
    ) async throws(StorageError) -> RequestRecord? {
        let query = StoreQuery(
            RequestStatements.change(dialect),
            [.id(id), .text(change.status), .time(time), .json(change.metadata)],
            row: RequestRecord.init
        )
        return try await self.change(StoreChange(query)).first
    }

    func deleteRequest(_ id: UUIDv7) async throws(StorageError) -> Bool {
        var change = StoreChange(
            StoreQuery(RequestStatements.delete, [.id(id)]) { (row) throws(StorageError) in try row.id(0) }
        )
        change.first = [StoreCommand(RequestStatements.deleteActions, [.id(id)])]
        return try await !self.change(change).isEmpty
    }
}

extension PageQuery {
    static var requests: PageQuery {
        PageQuery(
            "requests",
            RequestStatements.columns,
            by: .newest("created_at"),
            texts: ["prompt", "metadata", "session_id"]
        )
    }
}

extension RequestRecord {
    var cursor: PageCursor { PageCursor(time: createdAt, id: id.description) }

    /// The columns of `RequestStatements`.
    init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            projectID: try row.id(1),
            sessionID: row.text(2),
            prompt: row.text(3),
            promptType: row.optionalText(4),
            status: row.text(5),
            createdAt: row.time(6),
            completedAt: row.optionalTime(7),
            metadata: row.json(8)
        )
    }
}
