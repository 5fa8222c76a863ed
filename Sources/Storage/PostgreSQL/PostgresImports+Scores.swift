internal import Bus

extension PostgresImports {
    func write(
        _ scores: [ImportedScore],
        run: ImportRun,
        checkpoint: JobCheckpoint
    ) async throws(StorageError) -> Int {
        let count = try await importer.withConnection { connection throws(StorageError) in
            var parts = try await PostgresImports.parts(of: scores.map(\.key), on: connection)
            var new: [ImportedScore] = []
            var changed: [(ScoreKey, ScoreParts)] = []
            for (index, score) in scores.enumerated() where parts[index].latest(of: run.source) != score.row {
                parts[index].imports.removeAll { $0.run == run.number }
                parts[index].imports.append(
                    ScoreParts.Import(run: run.number, source: run.source, merge: run.merge, row: score.row)
                )
                new.append(score)
                changed.append((score.key, parts[index]))
            }
            let keep = PostgresCommand(PostgresImportStatements.keepImports)
                .with(new.map { ($0.key, $0.row) }).with(run.number)
            _ = try await connection.run(
                [keep] + PostgresImports.set(changed) + [PostgresCommand(checkpoint), .commit]
            )
            return new.count
        }
        await importer.forgetScores()
        return count
    }

    func importedScores(
        ofRun run: Int,
        after key: ScoreKey?,
        limit: Int
    ) async throws(StorageError) -> [ImportedScore] {
        let result = try await importer.run(
            PostgresCommand(ImportStatements.scores).with(run).with(key?.keyword ?? "").with(key?.toolName ?? "")
                .with(key?.toolType ?? "").with(limit)
        )
        return (0..<result.count).map { row in
            let key = ScoreKey(
                keyword: result.text(row, 0),
                toolName: result.text(row, 1),
                toolType: result.text(row, 2)
            )
            return ImportedScore(key: key, row: ScoreRow(result, row: row, column: 3))
        }
    }

    func removeScores(run: Int, limit: Int) async throws(StorageError) -> Int {
        let keys = try await importedScores(ofRun: run, after: nil, limit: limit).map(\.key)
        guard !keys.isEmpty else { return 0 }
        try await importer.withConnection { connection throws(StorageError) in
            var parts = try await PostgresImports.parts(of: keys, on: connection)
            for index in parts.indices { parts[index].imports.removeAll { $0.run == run } }
            let drop = PostgresCommand(PostgresImportStatements.dropImports).with(keys).with(run)
            _ = try await connection.run([drop] + PostgresImports.set(Array(zip(keys, parts))) + [.commit])
        }
        await importer.forgetScores()
        return keys.count
    }

    func announceScores() async throws(StorageError) {
        // No journal has this name: every server takes it for the change of another one.
        let name = "import"
        _ = try await importer.transaction([
            PostgresCommand(PostgresStatements.lockEffects),
            PostgresCommand(PostgresImportStatements.forgetScoreChanges),
            PostgresCommand(PostgresStatements.noteScoreChanges).with(name).with(array: [Int64]()).with(
                Timestamp.now()
            ),
            PostgresCommand(PostgresStatements.notifyOfScores).with(name),
        ])
    }

    /// Begins a transaction in which nobody else changes scores, and reads what the rows are made of.
    private static func parts(
        of keys: [ScoreKey],
        on connection: PostgresConnection
    ) async throws(StorageError) -> [ScoreParts] {
        let results = try await connection.run([
            .begin, PostgresCommand(PostgresImportStatements.lockScores),
            PostgresCommand(PostgresImportStatements.find(in: "routing_scores")).with(keys),
            PostgresCommand(PostgresImportStatements.find(in: "own_scores")).with(keys),
            PostgresCommand(PostgresImportStatements.findImports).with(keys),
        ])
        var parts = [ScoreParts](repeating: ScoreParts(own: nil, imports: []), count: keys.count)
        func forEach(_ result: PostgresResult, _ body: (_ part: Int, _ row: Int) -> Void) {
            for row in 0..<result.count { body(Int(result.integer(row, 0)) - 1, row) }
        }
        // Without an import the row is our own; with one, `own_scores` says what it would be.
        forEach(results[2]) { parts[$0].own = ScoreRow(results[2], row: $1, column: 1) }
        forEach(results[3]) { part, row in
            let own = ScoreRow(results[3], row: row, column: 1)
            parts[part].own = own.usageCount > 0 ? own : nil
        }
        let imports = results[4]
        forEach(imports) { part, row in
            parts[part].imports.append(
                ScoreParts.Import(
                    run: Int(imports.integer(row, 5)),
                    source: imports.text(row, 6),
                    merge: ScoreMerge(rawValue: imports.text(row, 7)) ?? .keepLarger,
                    row: ScoreRow(imports, row: row, column: 1)
                )
            )
        }
        return parts
    }

    /// Stores what became of the parts of some rows.
    private static func set(_ changed: [(ScoreKey, ScoreParts)]) -> [PostgresCommand] {
        let imported = changed.filter { !$0.1.imports.isEmpty }
        let plain = changed.filter { $0.1.imports.isEmpty }.map(\.0)
        let rows = changed.compactMap { key, parts in parts.merged.map { (key, $0) } }
        let missing = changed.filter { $0.1.merged == nil }.map(\.0)
        return [
            PostgresCommand(PostgresImportStatements.keepOwn).with(imported.map { ($0.0, $0.1.own ?? .missing) }),
            PostgresCommand(PostgresImportStatements.delete(from: "own_scores")).with(plain),
            PostgresCommand(PostgresImportStatements.setScores).with(rows),
            PostgresCommand(PostgresImportStatements.delete(from: "routing_scores")).with(missing),
        ]
    }
}

extension ScoreRow {
    /// Four columns: weight, usage, successes, last used.
    fileprivate init(_ result: PostgresResult, row: Int, column: Int) {
        self.init(
            score: Score(result.real(row, column)),
            usageCount: Int(result.integer(row, column + 1)),
            successCount: Int(result.integer(row, column + 2)),
            lastUsed: result.timestamp(row, column + 3)
        )
    }
}

extension PostgresCommand {
    /// Three arrays: keywords, tool names, tool types.
    fileprivate func with(_ keys: [ScoreKey]) -> PostgresCommand {
        with(array: keys.map(\.keyword)).with(array: keys.map(\.toolName)).with(array: keys.map(\.toolType))
    }

    /// Those and four more: weights, uses, successes, times.
    fileprivate func with(_ rows: [(ScoreKey, ScoreRow)]) -> PostgresCommand {
        with(rows.map(\.0)).with(array: rows.map(\.1.score.value)).with(array: rows.map(\.1.usageCount))
            .with(array: rows.map(\.1.successCount)).with(array: rows.map(\.1.lastUsed))
    }
}
