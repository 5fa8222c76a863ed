internal import Bus

/// Imports into the PostgreSQL store.
struct PostgresImports: ImportStore {
    let importer: PostgresImporter
    private let ids = UUIDGenerator()

    init(importer: PostgresImporter) { self.importer = importer }

    var mostRows: Int { 10_000 }

    // MARK: - Runs

    func beginRun(
        ofJob id: UUIDv7,
        source: String,
        merge: ScoreMerge,
        at time: Timestamp
    ) async throws(StorageError) -> ImportRun {
        _ = try await importer.run(
            PostgresCommand(ImportStatements.begin).with(id).with(source).with(merge.rawValue).with(time)
        )
        guard let run = try await runs().first(where: { $0.jobID == id }) else {
            throw StorageError(.database, "the store did not keep the run of an import")
        }
        return run
    }

    func runs() async throws(StorageError) -> [ImportRun] {
        let result = try await importer.run(PostgresCommand(ImportStatements.runs))
        return (0..<result.count).map { row in
            ImportRun(
                number: Int(result.integer(row, 0)),
                jobID: result.uuid(row, 1),
                source: result.text(row, 2),
                merge: ScoreMerge(rawValue: result.text(row, 3)) ?? .keepLarger,
                startedAt: result.timestamp(row, 4)
            )
        }
    }

    func removeRun(_ run: Int) async throws(StorageError) {
        let removal = ImportStatements.removal.map { PostgresCommand($0, isPrepared: false).with(run) }
        let projects = [ImportStatements.removeProjects, ImportStatements.forgetProjects]
        _ = try await importer.transaction(
            [PostgresCommand(PostgresStatements.lockEffects)] + removal
                + projects.map { PostgresCommand($0, isPrepared: false) }
        )
    }

    // MARK: - Actions

    func write(_ chunk: ImportChunk) async throws(StorageError) -> Int {
        do throws(StorageError) {
            return try await store(chunk)
        } catch {
            // Rows that were not expected to be there are, or have come meanwhile from another server: each is looked for.
            guard error.code == .rejected else { throw error }
            var chunk = chunk
            chunk.mayRepeat = true
            return try await store(chunk)
        }
    }

    /// Copies the rows on a connection of their own, so that a second process of the server works for us while the chunk
    /// before is copied and committed.
    ///
    /// Where another server imports the same rows, its chunks and ours may wait for one another in a circle that the
    /// database can't see, since whoever waits for a turn waits here. So no lock is waited for long.
    func stage(_ chunk: ImportChunk) -> StagedChunk {
        let work = StagedWork<Void, Result<Int?, StorageError>> { turns in
            do throws(StorageError) {
                return .success(
                    try await store(chunk, PostgresImports.limitedLocks) { await turns.first { _ in true } != nil }
                )
            } catch {
                return .failure(error)
            }
        }
        return StagedChunk { () async throws(StorageError) in
            _ = try await work.finish(()).get()
        } discard: {
            await work.discard()
        }
    }

    private static let limitedLocks = [PostgresCommand("SET LOCAL lock_timeout = 2000", isPrepared: false)]

    private func store(_ chunk: ImportChunk) async throws(StorageError) -> Int {
        try await store(chunk, []) { true } ?? 0
    }

    /// - Parameter isTurn: Waits until everything before the chunk is stored; false if that never comes.
    /// - Returns: How many rows are new; nil if its turn did not come.
    private func store(
        _ chunk: ImportChunk,
        _ settings: [PostgresCommand],
        _ isTurn: @Sendable () async -> Bool
    ) async throws(StorageError) -> Int? {
        try await importer.withConnection { connection throws(StorageError) in
            var new = chunk.actions
            var begin = [PostgresCommand.begin] + settings
            if chunk.mayRepeat {
                begin.append(PostgresCommand(PostgresImportStatements.present).with(array: new.map(\.record.id)))
            }
            let begun = try await connection.run(begin)
            if chunk.mayRepeat, let found = begun.last {
                let present = Set((0..<found.count).map { found.uuid($0, 0) })
                new.removeAll { present.contains($0.record.id) }
            }
            let rows = new
            // Added up while the rows are on their way.
            async let effects = PostgresImports.effects(of: rows)
            if !rows.isEmpty {
                try await connection.copyIn(PostgresImportStatements.copyActions, PostgresActionRows(rows))
            }
            let changes = commands(await effects, run: chunk.run)
            guard await isTurn() else { return nil }
            _ = try await connection.run(matches(chunk) + changes + [PostgresCommand(chunk.checkpoint), .commit])
            return rows.count
        }
    }

    @concurrent
    private static func effects(of actions: [ImportedAction]) async -> BatchEffects {
        BatchEffects(of: actions.lazy.map(\.record))
    }

    func matches(_ chunk: ImportChunk) -> [PostgresCommand] {
        guard !chunk.matches.isEmpty else { return [] }
        return [
            PostgresCommand(PostgresImportStatements.insertMatches)
                .with(array: chunk.matches.map(\.importedID)).with(array: chunk.matches.map(\.liveID))
                .with(chunk.run)
        ]
    }

    private func commands(_ effects: BatchEffects, run: Int) -> [PostgresCommand] {
        let projects = effects.projects.filter { PostgresEffects.isIndexable($0.key.string) }
            .sorted { $0.key.precedes($1.key) }
        let sessions = effects.sessions.sorted { $0.key.precedes($1.key) }
        guard !projects.isEmpty || !sessions.isEmpty else { return [] }
        let counts = [
            sessions.map(\.value.tools), sessions.map(\.value.successes), sessions.map(\.value.errors),
        ]
        let noted = PostgresCommand(PostgresImportStatements.noteSessions)
            .with(run).with(array: sessions.map(\.key.string))
        let inserted = PostgresCommand(PostgresImportStatements.insertSessions)
            .with(array: sessions.map(\.key.string)).with(array: sessions.map(\.value.projectPath))
            .with(array: sessions.map(\.value.startedAt))
        return [
            PostgresCommand(PostgresStatements.lockEffects),
            PostgresCommand(PostgresImportStatements.noteProjects).with(array: projects.map(\.key.string)),
            PostgresCommand(PostgresImportStatements.insertProjects)
                .with(array: projects.map { ids.next(at: $0.value) }).with(array: projects.map(\.key.string))
                .with(array: projects.map { ProjectPath($0.key.string)?.name }).with(array: projects.map(\.value)),
            counts.reduce(noted) { $0.with(array: $1) },
            counts.reduce(inserted) { $0.with(array: $1) },
        ]
    }

    func settleSessions(run: Int, before time: Timestamp) async throws(StorageError) {
        // Under the lock of all who change many sessions: each would come to them in an order of its own.
        _ = try await importer.transaction([
            PostgresCommand(PostgresStatements.lockEffects),
            PostgresCommand(ImportStatements.settleSessions).with(time).with(run),
        ])
    }

    func removeActions(_ ids: [UUIDv7]) async throws(StorageError) -> Int {
        try await importer.run(PostgresCommand(PostgresImportStatements.deleteActions).with(array: ids)).affectedRows
    }

    // MARK: - Reading

    func unmatchedActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [LiveAction] {
        let command = PostgresCommand(PostgresImportStatements.unmatched).with(from).with(through)
        let result = try await importer.run(command)
        return (0..<result.count).map { row in
            LiveAction(
                id: result.uuid(row, 0),
                sessionID: result.optionalText(row, 1),
                toolName: result.text(row, 2),
                createdAt: result.timestamp(row, 3)
            )
        }
    }

    func matchedIDs(among ids: [UUIDv7]) async throws(StorageError) -> Set<UUIDv7> {
        try await known(PostgresImportStatements.matched, among: ids)
    }

    func importedIDs(among ids: [UUIDv7]) async throws(StorageError) -> Set<UUIDv7> {
        try await known(PostgresImportStatements.present, among: ids)
    }

    private func known(_ sql: String, among ids: [UUIDv7]) async throws(StorageError) -> Set<UUIDv7> {
        let result = try await importer.run(PostgresCommand(sql).with(array: ids))
        return Set((0..<result.count).map { result.uuid($0, 0) })
    }

    func importedActions(after id: UUIDv7?, limit: Int) async throws(StorageError) -> ImportedPage {
        let result = try await importer.run(
            PostgresCommand(PostgresImportStatements.actions).with(id ?? UUIDv7(high: 0, low: 0)).with(limit)
        )
        let count = result.count
        return ImportedPage(count: count, last: count > 0 ? result.uuid(count - 1, 0) : nil) { row in
            ImportedAction(result, row: row)
        }
    }

    func dailyActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [DailyActions] {
        let result = try await importer.run(
            PostgresCommand(PostgresImportStatements.dailyActions).with(from).with(through)
        )
        return (0..<result.count).map { row in
            DailyActions(
                day: result.timestamp(row, 0),
                toolName: result.text(row, 1),
                recorded: Int(result.integer(row, 2)),
                imported: Int(result.integer(row, 3))
            )
        }
    }
}

extension ImportedAction {
    /// A row of `PostgresImportStatements.actions`; one whose note another program has changed says that it is row 0 of
    /// run 0.
    init(_ result: PostgresResult, row: Int) {
        let record = ActionRecord(
            id: result.uuid(row, 0),
            toolName: result.text(row, 3),
            toolType: result.text(row, 4),
            input: result.optionalText(row, 5),
            output: result.optionalText(row, 6),
            filePaths: result.texts(row, 7),
            exitCode: result.optionalInteger(row, 8),
            durationMilliseconds: result.optionalInteger(row, 9),
            sessionID: result.optionalText(row, 1),
            projectPath: result.optionalText(row, 2),
            createdAt: result.timestamp(row, 10)
        )
        self.init(record: record, note: ImportNote(json: result.bytes(row, 11)) ?? ImportNote(row: 0))
    }
}
