internal import Bus

extension SessionStore where Self: RelationalStore {
    func insertSession(_ session: SessionRecord) async throws(StorageError) -> Bool {
        let query = StoreQuery(
            SessionStatements.insert,
            [
                .text(session.id), .id(session.projectID), .time(session.startedAt), .time(session.endedAt),
                .integer(session.toolsUsed), .integer(session.successes), .integer(session.errors),
            ]
        ) { $0.text(0) }
        return try await !change(StoreChange(query)).isEmpty
    }

    func sessions(matching filter: SessionFilter, _ page: Page) async throws(StorageError) -> PageRows<SessionRecord> {
        try await self.page(
            PageQuery.sessions(filter),
            page,
            id: { .text($0) },
            cursor: { PageCursor(time: $0.startedAt, id: $0.id) },
            row: SessionRecord.init
        )
    }

    func sessionCount(matching filter: SessionFilter) async throws(StorageError) -> Int {
        try await value(PageQuery.sessions(filter).count)
    }

    func sessionStatistics() async throws(StorageError) -> SessionStatistics {
        var statistics = try await value(StoreQuery(SessionStatements.overview, row: SessionStatistics.init))
        statistics.projects = try await rows(
            StoreQuery(SessionStatements.projects) { row in
                SessionStatistics.ProjectShare(
                    name: row.optionalText(0),
                    path: row.text(1),
                    sessions: row.integer(2),
                    tools: row.integer(3)
                )
            }
        )
        return statistics
    }

    func session(_ id: String) async throws(StorageError) -> SessionRecord? {
        try await row(StoreQuery(SessionStatements.find, [.text(id)], row: SessionRecord.init))
    }

    func changeSession(_ id: String, _ change: SessionChange) async throws(StorageError) -> SessionRecord? {
        let end: Timestamp? = if case .at(let time) = change.end { time } else { nil }
        let query = StoreQuery(
            SessionStatements.change,
            [
                .text(id), .integer(change.end == nil ? 0 : 1), .time(end), .integer(change.toolsUsed),
                .integer(change.successes), .integer(change.errors),
            ],
            row: SessionRecord.init
        )
        return try await self.change(StoreChange(query)).first
    }

    func deleteSession(_ id: String) async throws(StorageError) -> Bool {
        try await !change(StoreChange(StoreQuery(SessionStatements.delete, [.text(id)]) { $0.text(0) })).isEmpty
    }
}

extension PageQuery {
    fileprivate static func sessions(_ filter: SessionFilter) -> PageQuery {
        var query = PageQuery("sessions", SessionStatements.columns, by: .newest("started_at"), texts: ["id"])
        if let id = filter.projectID { query.require("project_id", .id(id)) }
        if filter.activeOnly { query.require("ended_at IS NULL") }
        return query
    }
}

extension SessionRecord {
    /// The columns of `SessionStatements`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: row.text(0),
            projectID: try row.optionalID(1),
            startedAt: row.time(2),
            endedAt: row.optionalTime(3),
            toolsUsed: row.integer(4),
            successes: row.integer(5),
            errors: row.integer(6)
        )
    }
}

extension SessionStatistics {
    /// The row of `SessionStatements.overview`.
    fileprivate init(_ row: any StoreRow) {
        self.init(
            sessions: row.integer(0),
            active: row.integer(1),
            tools: row.integer(2),
            successes: row.integer(3),
            errors: row.integer(4),
            toolsPerSession: row.real(5),
            oldest: row.optionalTime(6),
            newest: row.optionalTime(7)
        )
    }
}
