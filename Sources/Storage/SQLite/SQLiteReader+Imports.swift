internal import Bus
internal import GRDB

extension SQLiteReader {
    func runs() throws(StorageError) -> [ImportRun] {
        try connection.access { db in
            let select = try SQLiteStatement(db, ImportStatements.runs)
            defer { select.reset() }
            var runs: [ImportRun] = []
            while try select.step() {
                runs.append(
                    ImportRun(
                        number: Int(select.integer(0)),
                        jobID: try select.uuid(1),
                        source: select.text(2),
                        merge: ScoreMerge(rawValue: select.text(3)) ?? .keepLarger,
                        startedAt: Timestamp(milliseconds: select.integer(4))
                    )
                )
            }
            return runs
        }
    }

    func unmatchedActions(from: Timestamp, through: Timestamp) throws(StorageError) -> [LiveAction] {
        try connection.access { db in
            let select = try SQLiteStatement(db, SQLiteReader.unmatched)
            defer { select.reset() }
            select.bind(from.milliseconds, at: 1)
            select.bind(through.milliseconds, at: 2)
            var actions: [LiveAction] = []
            while try select.step() {
                actions.append(
                    LiveAction(
                        id: try select.uuid(0),
                        sessionID: select.optionalText(1),
                        toolName: select.text(2),
                        createdAt: Timestamp(milliseconds: select.integer(3))
                    )
                )
            }
            return actions
        }
    }

    /// Those of some ids for which a statement finds a row.
    func known(_ sql: String, among ids: [UUIDv7]) throws(StorageError) -> Set<UUIDv7> {
        try connection.access { db in
            let find = try SQLiteStatement(db, sql)
            var found: Set<UUIDv7> = []
            for id in ids {
                find.bind(id.description, at: 1)
                if try find.step() { found.insert(id) }
                find.reset()
            }
            return found
        }
    }

    func importedActions(after id: UUIDv7?, limit: Int) throws(StorageError) -> [ImportedAction] {
        try connection.access { db in
            let select = try SQLiteStatement(db, SQLiteReader.actions)
            defer { select.reset() }
            select.bind((id ?? UUIDv7(high: 0, low: 0)).description, at: 1)
            select.bind(Int64(limit), at: 2)
            var actions: [ImportedAction] = []
            while try select.step() { actions.append(try ImportedAction(row: select)) }
            return actions
        }
    }

    func importedScores(ofRun run: Int, after key: ScoreKey?, limit: Int) throws(StorageError) -> [ImportedScore] {
        try connection.access { db in
            let select = try SQLiteStatement(db, ImportStatements.scores)
            defer { select.reset() }
            select.bind(Int64(run), at: 1)
            select.bind(key ?? ScoreKey(keyword: "", toolName: "", toolType: ""), at: 2)
            select.bind(Int64(limit), at: 5)
            var scores: [ImportedScore] = []
            while try select.step() {
                let key = ScoreKey(keyword: select.text(0), toolName: select.text(1), toolType: select.text(2))
                scores.append(ImportedScore(key: key, row: ScoreRow(select, at: 3)))
            }
            return scores
        }
    }

    private static let isImported = "substr(id, 15, 1) = '8'"
    private static let actions = ImportStatements.actions(where: isImported)
    private static let unmatched = ImportStatements.unmatched(where: isImported)

    /// Days of UTC; times before 1970 don't occur here, so the division may truncate.
    private static let daily = """
        SELECT created_at / 86400000 * 86400000 AS day, tool_name, sum(NOT (\(isImported))), sum(\(isImported))
        FROM actions WHERE created_at >= $1 AND created_at <= $2 GROUP BY day, tool_name ORDER BY day, tool_name
        """

    func dailyActions(from: Timestamp, through: Timestamp) throws(StorageError) -> [DailyActions] {
        try connection.access { db in
            let select = try SQLiteStatement(db, SQLiteReader.daily)
            defer { select.reset() }
            select.bind(from.milliseconds, at: 1)
            select.bind(through.milliseconds, at: 2)
            var days: [DailyActions] = []
            while try select.step() {
                days.append(
                    DailyActions(
                        day: Timestamp(milliseconds: select.integer(0)),
                        toolName: select.text(1),
                        recorded: Int(select.integer(2)),
                        imported: Int(select.integer(3))
                    )
                )
            }
            return days
        }
    }
}

extension ImportedAction {
    /// A row of `ImportStatements.actions`; one whose note another program has changed says that it is row 0 of run 0.
    init(row: SQLiteStatement) throws {
        let record = ActionRecord(
            id: try row.uuid(0),
            toolName: row.text(3),
            toolType: row.text(4),
            input: row.optionalText(5),
            output: row.optionalText(6),
            filePaths: ActionSummary.strings(row.text(7)),
            exitCode: row.optionalInteger(8),
            durationMilliseconds: row.optionalInteger(9),
            sessionID: row.optionalText(1),
            projectPath: row.optionalText(2),
            createdAt: Timestamp(milliseconds: row.integer(10))
        )
        self.init(record: record, note: ImportNote(json: row.blob(11)) ?? ImportNote(row: 0))
    }
}
