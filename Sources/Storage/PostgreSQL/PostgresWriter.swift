internal import Bus

/// The writing side of the PostgreSQL store, on the store's thread.
///
/// A batch is one transaction of steps each of which needs what the server says to the one before: lock the mark; copy
/// the actions; everything else, with the commit, in one pipeline. What follows from the records is composed on another
/// thread while the server takes the actions.
///
/// When the next batch is there already, its actions are copied on a second connection at once: a second process of the
/// server works for us, also while scores are changed and a commit is flushed. The mark is locked and looked at when its
/// turn comes. What was staged is a help only: whatever goes wrong with it, the batch is written in the ordinary way.
actor PostgresWriter: RecordSink {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    nonisolated var mostRecords: Int { 40_000 }

    private let options: PostgresOptions
    private let pool: PostgresPool
    private let learning: ScoreLearning
    private let presence: InboxPresence
    private let ids = UUIDGenerator()
    private var scores = PostgresScores()
    private var isPrepared = false
    private var nextPruning = Timestamp(milliseconds: 0)
    private var staged: StagedBatch?
    /// Came to be staged and has to wait, see `stageFollowing`.
    private var following: RecordBatch?
    /// Batches whose actions are being copied: the one that is written and the staged one, each until they are in.
    private var entering: [RecordBatch] = []
    /// The batch that is written hasn't its locks yet. What is staged must not have them before: an import may ask for
    /// that of scores between the two, and then each of the three waits for the next.
    private var isBeginning = false
    private var isClosed = false
    /// True while the next batch waits for actions of the one under way, because both have one of them.
    var isHoldingBack: Bool { following != nil }
    /// Batches that were staged and stored.
    private(set) var stagedCount = 0

    /// How long answers to repeatable requests are kept, and how often old ones are looked for; milliseconds.
    private static let answerLifetime: Int64 = 24 * 3_600_000
    private static let pruningInterval: Int64 = 600_000
    /// How long other servers may be away before they have to load all scores; milliseconds.
    private static let changeLifetime: Int64 = 600_000
    /// How long the one connection may take to come, milliseconds; above the time-out of connecting.
    private static let waitMilliseconds: UInt64 = 15_000

    init(_ options: PostgresOptions, loop: EventLoop, learning: ScoreLearning, presence: InboxPresence) {
        self.options = options
        self.loop = loop
        self.learning = learning
        self.presence = presence
        pool = PostgresPool(
            options,
            name: "writer",
            limits: .batches,
            size: 2,
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
        if await finishStaged(batch, at: time) { return }
        await unstage(before: batch)
        entering.append(batch)
        isBeginning = true
        defer {
            isBeginning = false
            entered(batch)
        }
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
            PostgresCommand(PostgresImportStatements.shareScores),
            PostgresCommand(ImportStatements.hasOwnScores),
            PostgresCommand(PostgresStatements.lockMark).with(batch.journalID).with(time),
        ])
        let hasImports = begun[2].bool(0, 0)
        let mark = JournalPosition(begun[3].integer(0, 0))
        isBeginning = false
        stageFollowing()
        // The transaction ends without a change when the connection is given back.
        guard batch.through > mark else { return }
        let rest = batch.behind(mark)
        let actions = rest.actions
        // Taken here: what the child task reads of this actor it would have to wait for.
        let (known, entries) = (scores, rest.entries)
        async let composed = PostgresWriter.compose(entries, learning, known, hasImports, ids)
        try await copy(actions, on: connection)
        entered(batch)
        try await finish(rest, actions, await composed, at: time, on: connection)
    }

    private func copy(_ actions: [ActionRecord], on connection: PostgresConnection) async throws(StorageError) {
        guard !actions.isEmpty else { return }
        try await connection.copyIn(PostgresStatements.copyActions, PostgresActionRows(actions))
    }

    // MARK: - Ahead

    func stage(_ next: RecordBatch) {
        guard isPrepared else { return }
        following = next
        stageFollowing()
    }

    /// Two transactions that insert the same id wait for each other, and so would we if the later one was the first.
    private func stageFollowing() {
        guard let batch = following, staged == nil, !isBeginning, !isClosed else { return }
        guard entering.allSatisfy({ !$0.sharesActions(with: batch) }) else { return }
        following = nil
        entering.append(batch)
        let work = StagedWork<Timestamp, Bool> { [self] turns in
            do throws(StorageError) {
                return try await pool.withConnection { connection throws(StorageError) in
                    try await store(batch, staged: turns, on: connection)
                }
            } catch {
                await entered(batch)
                return false
            }
        }
        staged = StagedBatch(batch: batch, work: work)
    }

    /// The actions of the batch are in, or won't come.
    private func entered(_ batch: RecordBatch) {
        guard let index = entering.firstIndex(where: { $0.covers(batch) }) else { return }
        entering.remove(at: index)
        stageFollowing()
    }

    /// True if the batch was staged and is stored now.
    private func finishStaged(_ batch: RecordBatch, at time: Timestamp) async -> Bool {
        if let following, !following.follows(batch) { self.following = nil }
        guard let staged, staged.batch.covers(batch) else { return false }
        self.staged = nil
        guard await staged.work.finish(time) else { return false }
        stagedCount += 1
        return true
    }

    /// What is staged has to give way to a batch before it that is written in the ordinary way. It may share the lock of
    /// scores already, on which an import waits behind it: the batch would wait for the import, and what is staged for
    /// the batch.
    private func unstage(before batch: RecordBatch) async {
        guard let staged else { return }
        self.staged = nil
        if following == nil, staged.batch.follows(batch) { following = staged.batch }
        await staged.work.discard()
    }

    /// False if its turn never comes, or the store holds a part of the batch already.
    private func store(
        _ batch: RecordBatch,
        staged turns: AsyncStream<Timestamp>,
        on connection: PostgresConnection
    ) async throws(StorageError) -> Bool {
        let actions = batch.actions
        let (known, entries) = (scores, batch.entries)
        let begun = try await connection.run([
            PostgresCommand("BEGIN", isPrepared: false),
            PostgresCommand(PostgresImportStatements.shareScores),
            PostgresCommand(ImportStatements.hasOwnScores),
        ])
        let hasImports = begun[2].bool(0, 0)
        async let composed = PostgresWriter.compose(entries, learning, known, hasImports, ids)
        try await copy(actions, on: connection)
        entered(batch)
        guard let time = await turns.first(where: { _ in true }) else { return false }
        let locked = try await connection.run(
            PostgresCommand(PostgresStatements.lockMark).with(batch.journalID).with(time)
        )
        let mark = JournalPosition(locked.integer(0, 0))
        guard batch.through > mark, batch.behind(mark).covers(batch) else { return false }
        try await finish(batch, actions, await composed, at: time, on: connection)
        return true
    }

    // MARK: - Effects

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
        _ actions: [ActionRecord],
        _ effects: PostgresEffects,
        at time: Timestamp,
        on connection: PostgresConnection
    ) async throws(StorageError) {
        let mustPrune = time >= nextPruning
        let exchange = InboxEffects(of: batch.entries)
        let bookkeeping = bookkeeping(batch, actions, exchange.messages, mustPrune: mustPrune, at: time)
        let inboxes = PostgresInboxEffects.commands(exchange, server: batch.journalID, presence: presence)
        let commit = PostgresCommand("COMMIT", isPrepared: false)
        // Last, so that the lock is held for as short as possible.
        let isAlone = effects.commands.isEmpty && inboxes.isEmpty
        let lock = isAlone ? [] : [PostgresCommand(PostgresStatements.lockEffects)]
        let commands = bookkeeping + lock + inboxes + effects.commands
        guard !effects.answers.isEmpty else {
            _ = try await connection.run(commands + [commit])
            return pruned(mustPrune, at: time)
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
        pruned(mustPrune, at: time)
    }

    private func pruned(_ isPruned: Bool, at time: Timestamp) {
        if isPruned { nextPruning = Timestamp(milliseconds: time.milliseconds + Self.pruningInterval) }
    }

    private func bookkeeping(
        _ batch: RecordBatch,
        _ actions: [ActionRecord],
        _ messages: [MessageRecord],
        mustPrune: Bool,
        at time: Timestamp
    ) -> [PostgresCommand] {
        var commands: [PostgresCommand] = []
        if let answers = PostgresEffects.answers(actions, messages) { commands.append(answers) }
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
        isClosed = true
        following = nil
        let staged = staged
        self.staged = nil
        // It may wait for the server, which the closing of its connection ends.
        async let discarded: Void? = staged?.work.discard()
        await pool.close()
        _ = await discarded
    }
}
