internal import Bus

/// The writing side of the PostgreSQL store, on the store's thread.
///
/// A batch is one transaction of steps each of which needs what the server says to the one before: lock the mark; copy
/// the actions; everything else, with the commit, in one pipeline. What follows from the records is composed on another
/// thread while the server takes the actions.
actor PostgresWriter: RecordSink {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    nonisolated var mostRecords: Int { 40_000 }

    private let options: PostgresOptions
    private let pool: PostgresPool
    private let learning: ScoreLearning
    private let ids = UUIDGenerator()
    private var scores = PostgresScores()
    private var isPrepared = false
    private var nextPruning = Timestamp(milliseconds: 0)

    /// How long answers to repeatable requests are kept, and how often old ones are looked for; milliseconds.
    private static let answerLifetime: Int64 = 24 * 3_600_000
    private static let pruningInterval: Int64 = 600_000
    /// How long other servers may be away before they have to load all scores; milliseconds.
    private static let changeLifetime: Int64 = 600_000
    /// How long the one connection may take to come, milliseconds; above the time-out of connecting.
    private static let waitMilliseconds: UInt64 = 15_000

    init(_ options: PostgresOptions, loop: EventLoop, learning: ScoreLearning) {
        self.options = options
        self.loop = loop
        self.learning = learning
        pool = PostgresPool(
            options,
            name: "writer",
            limits: .batches,
            size: 1,
            waitMilliseconds: max(PostgresWriter.waitMilliseconds, options.connectMilliseconds + 5000),
            on: loop
        )
    }

    nonisolated var figures: PoolFigures { pool.figures }

    // MARK: - Records

    func mark(ofJournal id: String) async throws(StorageError) -> JournalPosition {
        try await prepare()
        let result = try await pool.withConnection { connection throws(StorageError) in
            try await connection.run(PostgresCommand(BookkeepingStatements.mark).with(id))
        }
        return result.count > 0 ? JournalPosition(result.integer(0, 0)) : .start
    }

    func write(_ batch: RecordBatch, at time: Timestamp) async throws(StorageError) {
        try await prepare()
        try await pool.withConnection { connection throws(StorageError) in
            try await store(batch, at: time, on: connection)
        }
    }

    /// The first use finds out whether the database and its tables are there: it may have been away until now.
    func prepare() async throws(StorageError) {
        guard !isPrepared else { return }
        try await PostgresDatabase.prepare(options, on: loop)
        isPrepared = true
    }

    private func store(
        _ batch: RecordBatch,
        at time: Timestamp,
        on connection: PostgresConnection
    ) async throws(StorageError) {
        let begun = try await connection.run([
            PostgresCommand("BEGIN", isPrepared: false),
            PostgresCommand(PostgresStatements.lockMark).with(batch.journalID).with(time),
            PostgresCommand(PostgresImportStatements.shareScores),
            PostgresCommand(ImportStatements.hasOwnScores),
        ])
        let mark = JournalPosition(begun[1].integer(0, 0))
        let hasImports = begun[3].bool(0, 0)
        // The transaction ends without a change when the connection is given back.
        guard batch.through > mark else { return }
        let batch = batch.behind(mark)
        let actions = batch.entries.compactMap { entry -> ActionRecord? in
            guard case .action(let action) = entry.record else { return nil }
            return action
        }
        // Taken here: what the child task reads of this actor it would have to wait for.
        let (known, entries) = (scores, batch.entries)
        async let composed = PostgresWriter.compose(entries, learning, known, hasImports, ids)
        if !actions.isEmpty {
            try await connection.copyIn(PostgresStatements.copyActions, PostgresActionRows(actions))
        }
        let mustPrune = time >= nextPruning
        let bookkeeping = bookkeeping(batch, actions, mustPrune: mustPrune, at: time)
        try await finish(batch, bookkeeping, await composed, at: time, on: connection)
        if mustPrune { nextPruning = Timestamp(milliseconds: time.milliseconds + Self.pruningInterval) }
    }

    @concurrent
    private static func compose(
        _ entries: [JournalEntry],
        _ learning: ScoreLearning,
        _ known: PostgresScores,
        _ hasImports: Bool,
        _ ids: UUIDGenerator
    ) async -> PostgresEffects {
        PostgresEffects(
            BatchEffects(of: entries, learning: learning),
            known: known,
            hasImports: hasImports,
            ids: ids
        )
    }

    private func finish(
        _ batch: RecordBatch,
        _ bookkeeping: [PostgresCommand],
        _ effects: PostgresEffects,
        at time: Timestamp,
        on connection: PostgresConnection
    ) async throws(StorageError) {
        let commit = PostgresCommand("COMMIT", isPrepared: false)
        // Last, so that the lock is held for as short as possible.
        let lock = effects.commands.isEmpty ? [] : [PostgresCommand(PostgresStatements.lockEffects)]
        let commands = bookkeeping + lock + effects.commands
        guard !effects.answers.isEmpty else {
            _ = try await connection.run(commands + [commit])
            return
        }
        let results = try await connection.run(commands)
        guard let changed = effects.changedScores(results.suffix(effects.commands.count)) else {
            scores.forget()
            throw StorageError(.unavailable, "the database: rows of routing_scores were deleted; trying again")
        }
        var end = [commit]
        if !changed.ids.isEmpty {
            end = [
                PostgresCommand(PostgresStatements.noteScoreChanges)
                    .with(batch.journalID).with(array: changed.ids).with(time),
                PostgresCommand(PostgresStatements.notifyOfScores).with(batch.journalID), commit,
            ]
        }
        _ = try await connection.run(end)
        scores.remember(changed.found)
    }

    private func bookkeeping(
        _ batch: RecordBatch,
        _ actions: [ActionRecord],
        mustPrune: Bool,
        at time: Timestamp
    ) -> [PostgresCommand] {
        var commands: [PostgresCommand] = []
        if let answers = PostgresEffects.answers(actions) { commands.append(answers) }
        if mustPrune {
            let oldest = Timestamp(milliseconds: time.milliseconds - Self.answerLifetime)
            commands.append(PostgresCommand(BookkeepingStatements.pruneAnswers).with(oldest))
            let followed = Timestamp(milliseconds: time.milliseconds - Self.changeLifetime)
            commands.append(PostgresCommand(PostgresStatements.pruneScoreChanges).with(followed))
        }
        for record in batch.rejected {
            commands.append(
                PostgresCommand(BookkeepingStatements.reject)
                    .with(batch.journalID).with(record.position.value).with(record.reason)
                    .with(PostgresBytes(bytes: record.body)).with(time)
            )
        }
        commands.append(
            PostgresCommand(BookkeepingStatements.setMark)
                .with(batch.journalID).with(batch.through.value).with(time)
        )
        return commands
    }

    /// Somebody else has made or deleted rows of scores.
    func forgetScores() { scores.forget() }

    // MARK: - End

    func close() async {
        await pool.close()
    }
}
