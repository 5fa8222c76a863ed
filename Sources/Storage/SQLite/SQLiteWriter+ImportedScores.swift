internal import Bus
internal import GRDB

extension SQLiteWriter {
    func write(
        _ imported: [ImportedScore],
        run: ImportRun,
        checkpoint: JobCheckpoint
    ) throws(StorageError) -> Int {
        // The rows that the cache knows become others.
        scores.forget()
        return try connection.transaction { db in
            let rows = try SQLiteScoreParts(db)
            var count = 0
            for score in imported {
                var parts = try rows.parts(of: score.key)
                guard parts.latest(of: run.source) != score.row else { continue }
                parts.imports.removeAll { $0.run == run.number }
                parts.imports.append(
                    ScoreParts.Import(run: run.number, source: run.source, merge: run.merge, row: score.row)
                )
                try rows.keep(score, run: run.number)
                try rows.set(parts, of: score.key)
                count += 1
            }
            try SQLiteRows.set(checkpoint, db)
            return count
        }
    }

    func removeScores(_ keys: [ScoreKey], run: Int) throws(StorageError) {
        scores.forget()
        try connection.transaction { db in
            let rows = try SQLiteScoreParts(db)
            for key in keys {
                var parts = try rows.parts(of: key)
                parts.imports.removeAll { $0.run == run }
                try rows.drop(key, run: run)
                try rows.set(parts, of: key)
            }
        }
    }
}

/// The statements about the parts of a score, prepared once for many of them.
private struct SQLiteScoreParts {
    private let findOwn: SQLiteStatement
    private let findRow: SQLiteStatement
    private let findImports: SQLiteStatement
    private let insertImport: SQLiteStatement
    private let deleteImport: SQLiteStatement
    private let setOwn: SQLiteStatement
    private let deleteOwn: SQLiteStatement
    private let setRow: SQLiteStatement
    private let deleteRow: SQLiteStatement

    init(_ db: Database) throws {
        func statement(_ sql: String) throws -> SQLiteStatement { try SQLiteStatement(db, sql) }
        let values = "weight, usage_count, success_count, last_used"
        let isKey = "keyword = $1 AND tool_name = $2 AND tool_type = $3"
        let update = """
            ON CONFLICT (keyword, tool_name, tool_type) DO UPDATE SET weight = excluded.weight, \
            usage_count = excluded.usage_count, success_count = excluded.success_count, last_used = excluded.last_used
            """
        findOwn = try statement("SELECT \(values) FROM own_scores WHERE \(isKey)")
        findRow = try statement("SELECT \(values) FROM routing_scores WHERE \(isKey)")
        findImports = try statement(
            """
            SELECT \(values), run, source, merge FROM imported_scores JOIN imports USING (run) WHERE \(isKey)
            ORDER BY run
            """
        )
        insertImport = try statement(
            """
            INSERT INTO imported_scores (keyword, tool_name, tool_type, \(values), run)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (keyword, tool_name, tool_type, run) DO UPDATE SET weight = excluded.weight,
                usage_count = excluded.usage_count, success_count = excluded.success_count,
                last_used = excluded.last_used
            """
        )
        deleteImport = try statement("DELETE FROM imported_scores WHERE \(isKey) AND run = $4")
        let columns = "(keyword, tool_name, tool_type, \(values)) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        setOwn = try statement("INSERT INTO own_scores \(columns) ON CONFLICT DO NOTHING")
        deleteOwn = try statement("DELETE FROM own_scores WHERE \(isKey)")
        setRow = try statement("INSERT INTO routing_scores \(columns) \(update)")
        deleteRow = try statement("DELETE FROM routing_scores WHERE \(isKey)")
    }

    func parts(of key: ScoreKey) throws -> ScoreParts {
        var parts = ScoreParts(own: nil, imports: [])
        findImports.bind(key, at: 1)
        while try findImports.step() {
            parts.imports.append(
                ScoreParts.Import(
                    run: Int(findImports.integer(4)),
                    source: findImports.text(5),
                    merge: ScoreMerge(rawValue: findImports.text(6)) ?? .keepLarger,
                    row: ScoreRow(findImports, at: 0)
                )
            )
        }
        // Without an import the row is our own.
        let find = parts.imports.isEmpty ? findRow : findOwn
        find.bind(key, at: 1)
        defer { find.reset() }
        if try find.step() {
            let row = ScoreRow(find, at: 0)
            parts.own = parts.imports.isEmpty || row.usageCount > 0 ? row : nil
        }
        return parts
    }

    func keep(_ score: ImportedScore, run: Int) throws {
        insertImport.bind(score.key, at: 1)
        insertImport.bind(score.row, at: 4)
        insertImport.bind(Int64(run), at: 8)
        try insertImport.run()
    }

    func drop(_ key: ScoreKey, run: Int) throws {
        deleteImport.bind(key, at: 1)
        deleteImport.bind(Int64(run), at: 4)
        try deleteImport.run()
    }

    func set(_ parts: ScoreParts, of key: ScoreKey) throws {
        if parts.imports.isEmpty {
            deleteOwn.bind(key, at: 1)
            try deleteOwn.run()
        } else {
            setOwn.bind(key, at: 1)
            setOwn.bind(parts.own ?? .missing, at: 4)
            try setOwn.run()
        }
        let statement = parts.merged == nil ? deleteRow : setRow
        statement.bind(key, at: 1)
        if let row = parts.merged { statement.bind(row, at: 4) }
        try statement.run()
    }
}

extension ScoreRow {
    /// How `own_scores` says that there would be no row.
    static let missing = ScoreRow(
        score: Score.initial,
        usageCount: 0,
        successCount: 0,
        lastUsed: Timestamp(milliseconds: 0)
    )

    /// Four columns: weight, usage, successes, last used.
    init(_ row: SQLiteStatement, at column: Int32) {
        self.init(
            score: Score(row.real(column)),
            usageCount: Int(row.integer(column + 1)),
            successCount: Int(row.integer(column + 2)),
            lastUsed: Timestamp(milliseconds: row.integer(column + 3))
        )
    }
}

extension SQLiteStatement {
    /// Three parameters: keyword, tool name, tool type.
    func bind(_ key: ScoreKey, at index: Int32) {
        bind(key.keyword, at: index)
        bind(key.toolName, at: index + 1)
        bind(key.toolType, at: index + 2)
    }
}
