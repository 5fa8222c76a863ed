internal import Bus

/// Reads and deletions of the PostgreSQL store, through a few connections on the loop of reads.
struct PostgresReader: Sendable {
    let pool: PostgresPool
    /// For the lookup that comes before a record is accepted, and for the question whether the database is there:
    /// neither may wait behind a read that takes long, nor for a database that says nothing.
    private let lookups: PostgresPool
    private static let readMilliseconds: UInt64 = 2000
    private static let lookupMilliseconds: UInt64 = 500

    /// - Parameters:
    ///   - connections: At most, for each of the two purposes.
    ///   - patience: How many times the usual a request waits.
    init(_ options: PostgresOptions, connections: Int = 2, patience: UInt64, on loop: EventLoop) {
        pool = PostgresPool(
            options,
            name: "reader",
            limits: .requests.times(patience),
            size: connections,
            waitMilliseconds: PostgresReader.readMilliseconds * patience,
            refusesWhenAway: true,
            on: loop
        )
        lookups = PostgresPool(
            options,
            name: "lookups",
            limits: .lookups.times(patience),
            size: connections,
            waitMilliseconds: PostgresReader.lookupMilliseconds * patience,
            refusesWhenAway: true,
            on: loop
        )
    }

    func lookUp(_ command: PostgresCommand) async throws(StorageError) -> PostgresResult {
        try await lookups.withConnection { connection throws(StorageError) in try await connection.run(command) }
    }

    var figures: [PoolFigures] { [pool.figures, lookups.figures] }

    func run(_ command: PostgresCommand) async throws(StorageError) -> PostgresResult {
        try await withConnection { connection throws(StorageError) in try await connection.run(command) }
    }

    /// Runs `body` with one of the connections for reads and for changes that need an answer.
    func withConnection<Value>(
        _ body: (PostgresConnection) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await pool.withConnection(body)
    }

    /// Several statements as one transaction.
    func runAll(_ commands: [PostgresCommand]) async throws(StorageError) -> [PostgresResult] {
        try await pool.withConnection { connection throws(StorageError) in try await connection.run(commands) }
    }

    // MARK: - Actions

    func actions(matching filter: ActionFilter) async throws(StorageError) -> [ActionSummary] {
        var command = PostgresCommand(ActionStatements.list(filter))
        for value in [filter.toolName, filter.toolType, filter.sessionID] {
            guard let value else { continue }
            command = command.with(value)
        }
        if let cursor = filter.cursor {
            command = command.with(cursor.time).with(UUIDv7(cursor.id) ?? UUIDv7(high: 0, low: 0))
        }
        let result = try await run(command.with(filter.limit).with(filter.offset))
        var actions: [ActionSummary] = []
        var bytes = 0
        for row in 0..<result.count where bytes < ActionFilter.pageBytes {
            let action = ActionSummary(result, row: row)
            bytes += action.textBytes
            actions.append(action)
        }
        return actions
    }

    func hourlyActions(since start: Timestamp) async throws(StorageError) -> [HourlyCount] {
        let result = try await run(PostgresCommand(PostgresStatements.hourlyActions).with(start))
        return (0..<result.count).map { row in
            HourlyCount(hour: result.timestamp(row, 0), count: Int(result.integer(row, 1)))
        }
    }

    func deleteAction(_ id: UUIDv7) async throws(StorageError) -> Bool {
        try await run(PostgresCommand(ActionStatements.delete).with(id)).affectedRows > 0
    }

    func deleteActions(ofSession sessionID: String) async throws(StorageError) -> Int {
        try await run(PostgresCommand(ActionStatements.deleteOfSession).with(sessionID)).affectedRows
    }

    // MARK: - Scores, answers, figures

    func answer(forKey key: String) async throws(StorageError) -> IdempotencyRecord? {
        let result = try await lookUp(PostgresCommand(BookkeepingStatements.answer).with(key))
        guard result.count > 0 else { return nil }
        return IdempotencyRecord(key: key, fingerprint: result.bytes(0, 0), response: result.bytes(0, 1))
    }

    func counts() async throws(StorageError) -> StoreCounts {
        let result = try await run(PostgresCommand(FigureStatements.counts))
        var counts = StoreCounts()
        counts.projects = Int(result.integer(0, 0))
        counts.requests = Int(result.integer(0, 1))
        counts.actions = Int(result.integer(0, 2))
        counts.messages = Int(result.integer(0, 3))
        return counts
    }

    func activity(now: Timestamp) async throws(StorageError) -> ActivityFigures {
        let result = try await run(
            PostgresCommand(PostgresStatements.activity)
                .with(Timestamp(milliseconds: now.milliseconds - 3_600_000))
                .with(Timestamp(milliseconds: now.milliseconds - 300_000))
        )
        var figures = ActivityFigures()
        figures.activeSessions = Int(result.integer(0, 0))
        figures.activeAgents = Int(result.integer(0, 1))
        figures.pendingTasks = Int(result.integer(0, 2))
        figures.runningTasks = Int(result.integer(0, 3))
        figures.completedTasksLastHour = Int(result.integer(0, 4))
        figures.messagesLastHour = Int(result.integer(0, 5))
        figures.actionsPerMinute = Double(result.integer(0, 6)) / 5
        figures.averageTaskMilliseconds = result.real(0, 7)
        return figures
    }

    func probe() async throws(StorageError) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        _ = try await lookUp(PostgresCommand(FigureStatements.probe))
        return (clock.now - start) / .milliseconds(1)
    }

    func close() async {
        await pool.close()
        await lookups.close()
    }
}

extension ActionSummary {
    /// A row of `ActionStatements.list`.
    fileprivate init(_ result: PostgresResult, row: Int) {
        self.init(
            id: result.uuid(row, 0),
            toolName: result.text(row, 1),
            toolType: result.text(row, 2),
            exitCode: result.optionalInteger(row, 3),
            durationMilliseconds: result.optionalInteger(row, 4),
            filePaths: result.texts(row, 5),
            sessionID: result.optionalText(row, 6),
            projectPath: result.optionalText(row, 7),
            createdAt: result.timestamp(row, 8)
        )
    }
}
