internal import Bus

extension ContextStore where Self: RelationalStore {
    func activeSession(ofAgent agentID: String) async throws(StorageError) -> String? {
        try await row(StoreQuery(ContextStatements.activeSession, [.text(agentID)]) { $0.text(0) })
    }

    func openTasks(
        ofAgent agentID: String,
        session: String,
        limit: Int
    ) async throws(StorageError) -> [ContextTask] {
        let parameters: [StoreValue] = [.text(agentID), .text(session), .integer(limit)]
        return try await rows(StoreQuery(ContextStatements.openTasks, parameters, row: ContextTask.init))
    }

    func unreadMessages(
        for agentID: String,
        now: Timestamp,
        limit: Int
    ) async throws(StorageError) -> [ContextMessage] {
        let sql = ContextStatements.unreadMessages(dialect)
        let parameters: [StoreValue] = [.text(agentID), .time(now), .integer(limit)]
        return try await rows(StoreQuery(sql, parameters, row: ContextMessage.init))
    }

    func recentActions(
        ofAgent agentID: String,
        session: String,
        limit: Int
    ) async throws(StorageError) -> [ContextAction] {
        // Two questions and not one with OR: each of them reads its index from the end and stops at the limit.
        let ofSubtasks = try await rows(
            StoreQuery(
                ContextStatements.actionsOfSubtasks,
                [.text(agentID), .text(session), .integer(limit)],
                row: ContextAction.init
            )
        )
        let ofSession = try await rows(
            StoreQuery(
                ContextStatements.actionsOfSession,
                [.text(session), .integer(limit)],
                row: ContextAction.init
            )
        )
        let found = (ofSubtasks + ofSession).sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
        return Array(found.prefix(limit))
    }

    func latestRequest(ofSession sessionID: String) async throws(StorageError) -> ContextRequest? {
        try await row(StoreQuery(ContextStatements.latestRequest, [.text(sessionID)], row: ContextRequest.init))
    }

    func contextProject(_ id: UUIDv7) async throws(StorageError) -> ContextProject? {
        try await row(StoreQuery(ContextStatements.project, [.id(id)], row: ContextProject.init))
    }

    func mergeMetadata(_ json: [UInt8], intoRequestsOf sessionID: String) async throws(StorageError) -> Int {
        let sql = ContextStatements.mergeMetadata(dialect)
        let query = StoreQuery(sql, [.json(json), .text(sessionID)]) { (row) throws(StorageError) in try row.id(0) }
        return try await change(StoreChange(query)).count
    }

    func latestMetadata(ofSession sessionID: String) async throws(StorageError) -> [UInt8]? {
        try await row(StoreQuery(ContextStatements.latestMetadata, [.text(sessionID)]) { $0.json(0) })
    }
}

extension ContextTask {
    /// A row of `ContextStatements.openTasks`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            description: row.text(1),
            status: row.text(2),
            agentType: row.optionalText(3),
            agentID: row.optionalText(4),
            createdAt: row.time(5),
            startedAt: row.optionalTime(6),
            blockedBy: row.ids(7).map(\.description),
            taskName: row.optionalText(8),
            waveNumber: row.optionalInteger(9)
        )
    }
}

extension ContextMessage {
    /// A row of `ContextStatements.unreadMessages`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            fromAgent: row.text(1),
            topic: row.text(2),
            content: row.text(3),
            priority: row.integer(4),
            createdAt: row.time(5),
            isBroadcast: row.integer(6) == 1
        )
    }
}

extension ContextAction {
    /// A row of `ContextStatements.actionsOfSubtasks` and `actionsOfSession`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            toolName: row.text(1),
            toolType: row.text(2),
            exitCode: row.optionalInteger(3),
            durationMilliseconds: row.optionalInteger(4),
            filePaths: row.texts(5),
            createdAt: row.time(6)
        )
    }
}

extension ContextRequest {
    /// A row of `ContextStatements.latestRequest`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            sessionID: row.text(1),
            projectID: try row.id(2),
            status: row.text(3),
            createdAt: row.time(4),
            prompt: row.text(5)
        )
    }
}

extension ContextProject {
    /// A row of `ContextStatements.project`.
    fileprivate init(_ row: any StoreRow) throws(StorageError) {
        self.init(id: try row.id(0), name: row.optionalText(1), path: row.text(2))
    }
}
