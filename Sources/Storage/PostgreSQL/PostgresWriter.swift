internal import Bus

/// The writing side of the PostgreSQL store, on the store's thread.
///
/// A batch is one transaction of three steps, each of which needs what the server says to the one before: lock the
/// mark; copy the actions; everything else, with the commit, in one pipeline.
actor PostgresWriter: RecordSink {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let options: PostgresOptions
    private let pool: PostgresPool
    private let learning: ScoreLearning
    private let ids = UUIDGenerator()
    private var isPrepared = false
    private var nextPruning = Timestamp(milliseconds: 0)

    /// How long answers to repeatable requests are kept, and how often old ones are looked for; milliseconds.
    private static let answerLifetime: Int64 = 24 * 3_600_000
    private static let pruningInterval: Int64 = 600_000
    /// How long the one connection may take to come, milliseconds; above the time-out of connecting.
    private static let waitMilliseconds: UInt64 = 15_000

    init(_ options: PostgresOptions, loop: EventLoop, learning: ScoreLearning) {
        self.options = options
        self.loop = loop
        self.learning = learning
        pool = PostgresPool(
            options,
            limits: .batches,
            size: 1,
            waitMilliseconds: max(PostgresWriter.waitMilliseconds, options.connectMilliseconds + 5000),
            on: loop
        )
    }

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
    private func prepare() async throws(StorageError) {
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
        ])
        let mark = JournalPosition(begun.last?.integer(0, 0) ?? 0)
        // The transaction ends without a change when the connection is given back.
        guard batch.through > mark else { return }
        let batch = batch.behind(mark)
        let actions = batch.entries.compactMap { entry -> ActionRecord? in
            guard case .action(let action) = entry.record else { return nil }
            return action
        }
        if !actions.isEmpty {
            try await connection.copyIn(PostgresStatements.copyActions, PostgresActionRows(actions))
        }
        let mustPrune = time >= nextPruning
        _ = try await connection.run(commands(batch, actions, mustPrune: mustPrune, at: time))
        if mustPrune { nextPruning = Timestamp(milliseconds: time.milliseconds + Self.pruningInterval) }
    }

    private func commands(
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
        let effects = PostgresEffects.commands(BatchEffects(of: batch.entries, learning: learning), ids: ids)
        // Last, so that the lock is held for as short as possible.
        if !effects.isEmpty { commands += [PostgresCommand(PostgresStatements.lockEffects)] + effects }
        commands.append(PostgresCommand("COMMIT", isPrepared: false))
        return commands
    }

    // MARK: - End

    func close() async {
        await pool.close()
    }
}
