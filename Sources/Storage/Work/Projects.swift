internal import Bus

extension ProjectStore where Self: RelationalStore {
    func upsertProject(_ project: ProjectRecord) async throws(StorageError) -> ProjectRecord {
        let query = StoreQuery(
            ProjectStatements.upsert(dialect),
            [
                .id(project.id), .text(project.path), .text(project.name), .time(project.createdAt),
                .json(project.metadata),
            ],
            row: ProjectRecord.init
        )
        guard let project = try await change(StoreChange(query)).first else {
            throw StorageError(.database, "the store returned no project")
        }
        return project
    }

    func projects(_ page: Page) async throws(StorageError) -> PageRows<ProjectRecord> {
        let query = PageQuery(
            "projects",
            ProjectStatements.columns,
            by: .newest("updated_at"),
            texts: ["path", "name", "metadata"]
        )
        return try await self.page(
            query,
            page,
            cursor: { PageCursor(time: $0.updatedAt, id: $0.id.description) },
            row: ProjectRecord.init
        )
    }

    func projectCount() async throws(StorageError) -> Int {
        try await value(StoreQuery("SELECT count(*) FROM projects") { $0.integer(0) })
    }

    func project(_ id: UUIDv7) async throws(StorageError) -> ProjectRecord? {
        try await row(StoreQuery(ProjectStatements.find, [.id(id)], row: ProjectRecord.init))
    }

    func project(atPath path: String) async throws(StorageError) -> ProjectRecord? {
        try await row(StoreQuery(ProjectStatements.findPath, [.text(path)], row: ProjectRecord.init))
    }

    func projectStatistics(_ id: UUIDv7) async throws(StorageError) -> ProjectStatistics? {
        try await row(StoreQuery(ProjectStatements.statistics, [.id(id)], row: ProjectStatistics.init))
    }

    func deleteProject(_ id: UUIDv7) async throws(StorageError) -> Bool {
        var change = StoreChange(
            StoreQuery(ProjectStatements.delete, [.id(id)]) { (row) throws(StorageError) in try row.id(0) }
        )
        // The batch writer gives sessions their projects under this lock: one that went in between would fail it.
        change.locks = [StoreCommand(PostgresStatements.lockEffects)]
        change.first = [StoreCommand(ProjectStatements.deleteActions, [.id(id)])]
        return try await !self.change(change).isEmpty
    }
}

extension ProjectRecord {
    /// The columns of `ProjectStatements`.
    init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            path: row.text(1),
            name: row.optionalText(2),
            createdAt: row.time(3),
            updatedAt: row.time(4),
            metadata: row.json(5)
        )
    }
}

extension ProjectStatistics {
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            projectID: try row.id(0),
            name: row.optionalText(1),
            path: row.text(2),
            requests: row.integer(3),
            subtasks: row.integer(4),
            actions: row.integer(5),
            successfulActions: row.integer(6),
            averageMilliseconds: row.optionalReal(7),
            lastActivity: row.time(8)
        )
    }
}
