internal import Bus
internal import GRDB

/// The reading side of the SQLite store, on a thread of its own: a long read delays neither the writer nor sockets.
actor SQLiteReader {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    let connection: SQLiteConnection
    private static let scorePage = 4096

    init(loop: EventLoop, connection: SQLiteConnection) {
        self.loop = loop
        self.connection = connection
    }

    func rows<Row>(_ query: StoreQuery<Row>) throws(StorageError) -> [Row] {
        try connection.access { try SQLiteRelations.run(query, $0) }
    }

    func actions(matching filter: ActionFilter) throws(StorageError) -> [ActionSummary] {
        try connection.access { db in
            let select = try SQLiteStatement(db, ActionStatements.list(filter))
            defer { select.reset() }
            var index: Int32 = 1
            for value in [filter.toolName, filter.toolType, filter.sessionID] {
                guard let value else { continue }
                select.bind(value, at: index)
                index += 1
            }
            if let cursor = filter.cursor {
                select.bind(cursor.time.milliseconds, at: index)
                select.bind(cursor.id, at: index + 1)
                index += 2
            }
            select.bind(Int64(filter.limit), at: index)
            select.bind(Int64(filter.offset), at: index + 1)
            var actions: [ActionSummary] = []
            var bytes = 0
            while bytes < ActionFilter.pageBytes, try select.step() {
                let action = try ActionSummary(row: select)
                bytes += action.textBytes
                actions.append(action)
            }
            return actions
        }
    }

    func hourlyActions(since start: Timestamp) throws(StorageError) -> [HourlyCount] {
        try connection.access { db in
            let select = try SQLiteStatement(db, ActionStatements.hourly)
            defer { select.reset() }
            select.bind(start.milliseconds, at: 1)
            var hours: [HourlyCount] = []
            while try select.step() {
                hours.append(
                    HourlyCount(hour: Timestamp(milliseconds: select.integer(0)), count: Int(select.integer(1)))
                )
            }
            return hours
        }
    }

    func loadScores(
        ofJournal id: String,
        _ batch: @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) throws(StorageError) -> ScoreMoment {
        // One read transaction: rows and mark are of one moment.
        try connection.snapshot { db in
            let mark = try SQLiteRows.mark(ofJournal: id, db)
            var last: Int64? = 0
            while let after = last {
                let page = try SQLiteReader.scores(after: after, db)
                if !page.rows.isEmpty { batch(page.rows) }
                last = page.last
            }
            return ScoreMoment(position: mark)
        }
    }

    private static func scores(
        after id: Int64,
        _ db: Database
    ) throws -> (rows: [(ScoreKey, ScoreRow)], last: Int64?) {
        let select = try SQLiteStatement(db, ScoreStatements.page)
        defer { select.reset() }
        select.bind(id, at: 1)
        select.bind(Int64(scorePage), at: 2)
        var rows: [(ScoreKey, ScoreRow)] = []
        var last: Int64?
        while try select.step() {
            last = select.integer(0)
            rows.append(
                (
                    ScoreKey(keyword: select.text(1), toolName: select.text(2), toolType: select.text(3)),
                    ScoreRow(
                        score: Score(select.real(4)),
                        usageCount: Int(select.integer(5)),
                        successCount: Int(select.integer(6)),
                        lastUsed: Timestamp(milliseconds: select.integer(7))
                    )
                )
            )
        }
        return (rows, last)
    }

    func answer(forKey key: String) throws(StorageError) -> IdempotencyRecord? {
        try connection.access { db in
            let select = try SQLiteStatement(db, BookkeepingStatements.answer)
            defer { select.reset() }
            select.bind(key, at: 1)
            guard try select.step() else { return nil }
            return IdempotencyRecord(key: key, fingerprint: select.blob(0), response: select.blob(1))
        }
    }

    func counts() throws(StorageError) -> StoreCounts {
        try connection.access { db in
            let select = try SQLiteStatement(db, FigureStatements.counts)
            defer { select.reset() }
            var counts = StoreCounts()
            guard try select.step() else { return counts }
            counts.projects = Int(select.integer(0))
            counts.requests = Int(select.integer(1))
            counts.actions = Int(select.integer(2))
            counts.messages = Int(select.integer(3))
            return counts
        }
    }

    func activity(now: Timestamp) throws(StorageError) -> ActivityFigures {
        try connection.access { db in
            let select = try SQLiteStatement(db, FigureStatements.activity)
            defer { select.reset() }
            select.bind(now.milliseconds - 3_600_000, at: 1)
            select.bind(now.milliseconds - 300_000, at: 2)
            var figures = ActivityFigures()
            guard try select.step() else { return figures }
            figures.activeSessions = Int(select.integer(0))
            figures.activeAgents = Int(select.integer(1))
            figures.pendingTasks = Int(select.integer(2))
            figures.runningTasks = Int(select.integer(3))
            figures.completedTasksLastHour = Int(select.integer(4))
            figures.messagesLastHour = Int(select.integer(5))
            figures.actionsPerMinute = Double(select.integer(6)) / 5
            figures.averageTaskMilliseconds = select.real(7)
            return figures
        }
    }

    func probe() throws(StorageError) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try connection.access { db in
            let select = try SQLiteStatement(db, FigureStatements.probe)
            defer { select.reset() }
            _ = try select.step()
        }
        return (clock.now - start) / .milliseconds(1)
    }

    func close() throws(StorageError) {
        try connection.close()
    }
}

extension ActionSummary {
    /// A row of `ActionStatements.list`.
    fileprivate init(row: SQLiteStatement) throws {
        guard let id = UUIDv7(row.text(0)) else {
            throw StorageError(.corrupt, "an action has the id \(row.text(0)), which is no UUID")
        }
        self.init(
            id: id,
            toolName: row.text(1),
            toolType: row.text(2),
            exitCode: row.optionalInteger(3),
            durationMilliseconds: row.optionalInteger(4),
            filePaths: ActionSummary.strings(row.text(5)),
            sessionID: row.optionalText(6),
            projectPath: row.optionalText(7),
            createdAt: Timestamp(milliseconds: row.integer(8))
        )
    }

    /// The column holds what the writer made of a list; what another program put there and isn't one reads as empty,
    /// so that one row doesn't hide all others.
    static func strings(_ text: String) -> [String] {
        if text == "[]" { return [] }
        let bytes = text.utf8Span.span
        guard let array = try? JSONScanner.validate(bytes) else { return [] }
        return (try? JSONScanner.strings(bytes, array, limit: .max)) ?? []
    }
}
