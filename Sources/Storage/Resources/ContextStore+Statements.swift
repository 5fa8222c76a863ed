internal import Bus

extension ContextStore where Self: StatementRunner {
    func activeSession(ofAgent agentID: String) async throws(StorageError) -> String? {
        try await first(StoreStatement(ContextStatements.activeSession, .text(agentID))) {
            (row) throws(StorageError) in row.text(0)
        }
    }

    func openTasks(
        ofAgent agentID: String,
        session: String,
        limit: Int
    ) async throws(StorageError) -> [ContextTask] {
        let statement = StoreStatement(
            ContextStatements.openTasks,
            .text(agentID),
            .text(session),
            .integer(limit)
        )
        return try await read(statement, ContextTask.init(row:))
    }

    func unreadMessages(
        for agentID: String,
        now: Timestamp,
        limit: Int
    ) async throws(StorageError) -> [ContextMessage] {
        let sql = ContextStatements.unreadMessages(dialect)
        return try await read(
            StoreStatement(sql, .text(agentID), .time(now), .integer(limit)),
            ContextMessage.init(row:)
        )
    }

    func recentActions(
        ofAgent agentID: String,
        session: String,
        limit: Int
    ) async throws(StorageError) -> [ContextAction] {
        // Two questions and not one with OR: each of them reads its index from the end and stops at the limit.
        let ofSubtasks = StoreStatement(
            ContextStatements.actionsOfSubtasks,
            .text(agentID),
            .text(session),
            .integer(limit)
        )
        let ofSession = StoreStatement(ContextStatements.actionsOfSession, .text(session), .integer(limit))
        let found =
            try await read(ofSubtasks, ContextAction.init(row:)) + read(ofSession, ContextAction.init(row:))
        return Array(found.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }.prefix(limit))
    }

    func latestRequest(ofSession sessionID: String) async throws(StorageError) -> ContextRequest? {
        try await first(StoreStatement(ContextStatements.latestRequest, .text(sessionID)), ContextRequest.init(row:))
    }

    func contextProject(_ id: UUIDv7) async throws(StorageError) -> ContextProject? {
        try await first(StoreStatement(ContextStatements.project, .id(id))) { (row) throws(StorageError) in
            ContextProject(id: try row.id(0), name: row.optionalText(1), path: row.text(2))
        }
    }

    func mergeMetadata(
        _ json: String,
        intoRequestsOf sessionID: String
    ) async throws(StorageError) -> Int {
        try await change(
            StoreStatement(ContextStatements.mergeMetadata(dialect), .json(json), .text(sessionID))
        )
    }

    func latestMetadata(ofSession sessionID: String) async throws(StorageError) -> String? {
        try await first(StoreStatement(ContextStatements.latestMetadata, .text(sessionID))) {
            (row) throws(StorageError) in row.json(0)
        }
    }
}

extension ContextTask {
    /// A row of `ContextStatements.openTasks`.
    fileprivate init(row: any StoreRow) throws(StorageError) {
        self.init(
            id: try row.id(0),
            description: row.text(1),
            status: row.text(2),
            agentType: row.optionalText(3),
            agentID: row.optionalText(4),
            createdAt: row.time(5),
            startedAt: row.optionalTime(6),
            blockedBy: row.ids(7),
            taskName: row.optionalText(8),
            waveNumber: row.optionalInteger(9)
        )
    }
}

extension ContextMessage {
    /// A row of `ContextStatements.unreadMessages`.
    fileprivate init(row: any StoreRow) throws(StorageError) {
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
    fileprivate init(row: any StoreRow) throws(StorageError) {
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
    fileprivate init(row: any StoreRow) throws(StorageError) {
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
