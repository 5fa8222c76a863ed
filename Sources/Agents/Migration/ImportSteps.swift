internal import Bus
internal import Storage

/// The steps of a migration behind the picture, each from its checkpoint to the next.
struct ImportSteps {
    let room: MigrationRoom
    let arguments: MigrationArguments
    let context: JobContext
    let files: MigrationFiles
    let old: OldDatabase
    let schema: OldSchema
    var checkpoint: MigrationCheckpoint
    let run: ImportRun
    /// Runs of the same source, this one included.
    let runs: [ImportRun]
    /// What the source says, if all of it was gone through here.
    var expected: ActionSums?
    var turns: ImportTurns

    init(
        room: MigrationRoom,
        arguments: MigrationArguments,
        context: JobContext,
        files: MigrationFiles,
        old: OldDatabase,
        schema: OldSchema,
        checkpoint: MigrationCheckpoint,
        turns: ImportTurns
    ) async throws(AgentsError) {
        self.room = room
        self.arguments = arguments
        self.context = context
        self.files = files
        self.old = old
        self.schema = schema
        self.checkpoint = checkpoint
        self.turns = turns
        do throws(StorageError) {
            // What was recorded up to now has to be there to be found again among the old rows.
            try await room.journal.flush()
            runs = try await room.store.runs().filter { $0.source == arguments.source }
        } catch {
            throw AgentsError(error)
        }
        guard let run = runs.first(where: { $0.number == checkpoint.run }) else {
            throw AgentsError(.conflict, "The run was rolled back meanwhile")
        }
        self.run = run
    }

    private var mayRepeat: Bool { runs.contains { $0.number < run.number } }

    consuming func perform() async throws(AgentsError) -> MigrationReport {
        let clock = ContinuousClock()
        let start = clock.now
        if checkpoint.phase == .actions { try await importActions() }
        let imported = clock.now
        if checkpoint.phase == .scores { try await importScores() }
        let scored = clock.now
        let differences = try await verify()
        var report = MigrationReport(
            arguments: arguments,
            schema: schema,
            files: files,
            checkpoint: checkpoint,
            differences: differences,
            startedAt: context.startedAt,
            endedAt: .now()
        )
        report.seconds = MigrationReport.Seconds(
            actions: (imported - start) / .seconds(1),
            scores: (scored - imported) / .seconds(1),
            verification: (clock.now - scored) / .seconds(1)
        )
        try report.write(to: files)
        guard report.isVerified else {
            throw AgentsError(.internalFailure, "The migration is not verified: \(report.verdict)")
        }
        return report
    }

    /// A part that has no rows has its checkpoint all the same.
    private mutating func advance(to phase: MigrationCheckpoint.Phase) async throws(AgentsError) {
        checkpoint.phase = phase
        let stored = context.checkpoint(checkpoint.text)
        do { try await room.jobs.save(stored) } catch { throw AgentsError(error) }
        context.reached(stored)
    }

    // MARK: - Actions

    private mutating func importActions() async throws(AgentsError) {
        guard let columns = schema.actions else { return try await advance(to: .scores) }
        let target = ActionImport(store: room.store, run: run, mayRepeat: mayRepeat)
        let pages = ActionPages(
            old: old,
            columns: columns,
            source: run.source,
            run: run.number,
            limit: room.store.mostRows
        )
        expected = checkpoint.rowID == Int64.min ? ActionSums() : nil
        var lane = ImportLane(room.store)
        do throws(AgentsError) {
            try await importPages(pages, target, &lane)
        } catch {
            await lane.discard()
            throw error
        }
        do {
            // Sessions in which nothing has happened for a day are over.
            let yesterday = Timestamp(milliseconds: context.startedAt.milliseconds - 86_400_000)
            try await room.store.settleSessions(run: run.number, before: yesterday)
        } catch {
            throw AgentsError(error)
        }
        try await advance(to: .scores)
    }

    private mutating func importPages(
        _ pages: ActionPages,
        _ target: ActionImport,
        _ lane: inout ImportLane
    ) async throws(AgentsError) {
        var pending = try await pages.prepared(
            after: checkpoint.rowID,
            checkpoint.lastTime,
            for: target,
            besides: []
        ).get()
        while let (page, sums) = pending {
            let (rowID, time) = (page.chunk.lastRowID, page.chunk.lastTime.milliseconds)
            if try await turns.next(context) {
                // The next one is read, converted and looked at while the store takes this one and the one before.
                let others = lane.matches + page.matches
                async let following = pages.prepared(after: rowID, time, for: target, besides: others)
                try await store(page, target, &lane)
                pending = try await following.get()
            } else {
                try await store(page, target, &lane)
                try await finish(&lane)
                pending = try await pages.prepared(after: rowID, time, for: target, besides: []).get()
            }
            expected?.add(sums)
        }
        try await finish(&lane)
    }

    private mutating func store(
        _ page: PreparedActions,
        _ target: ActionImport,
        _ lane: inout ImportLane
    ) async throws(AgentsError) {
        var next = checkpoint
        next.take(page.chunk)
        next.actions.matched += page.matched
        next.rejectedBytes = try page.chunk.putAside(in: files, after: checkpoint.rejectedBytes, context)
        let chunk = target.stored(page, checkpoint: context.checkpoint(next.text))
        let stored: JobCheckpoint?
        do { stored = try await lane.write(chunk) } catch { throw AgentsError(error) }
        // That is the one before.
        reached(stored, checkpoint)
        checkpoint = next
    }

    /// Stores what is under way, up to the checkpoint.
    private func finish(_ lane: inout ImportLane) async throws(AgentsError) {
        let stored: JobCheckpoint?
        do { stored = try await lane.finish() } catch { throw AgentsError(error) }
        reached(stored, checkpoint)
    }

    /// Everything up to a checkpoint is stored.
    private func reached(_ stored: JobCheckpoint?, _ checkpoint: MigrationCheckpoint) {
        guard let stored else { return }
        context.reached(stored)
        tell(.actions, checkpoint.actions.read, schema.actionCount)
    }

    func tell(_ phase: MigrationCheckpoint.Phase, _ rows: Int, _ total: Int) {
        let rejected = checkpoint.actions.rejected + checkpoint.scores.rejected
        context.progress(MigrationProgress(phase: phase, rows: rows, total: total, rejected: rejected).json)
    }

    // MARK: - Scores

    private static let scoreRows = 2000

    /// Read anew from the beginning after an interruption: what is kept already is not changed.
    private mutating func importScores() async throws(AgentsError) {
        guard let columns = schema.scores else { return try await advance(to: .verification) }
        let (table, counts, rejected) = try await readScores(columns)
        checkpoint.scores = counts
        checkpoint.joinedScores = table.joined
        checkpoint.rejectedScoreBytes =
            try RejectFile.append(rejected, to: files.rejected, after: checkpoint.rejectedBytes)
            - checkpoint.rejectedBytes
        context.took(rows: counts.read)
        for row in rejected { context.rejected(row.summary) }
        checkpoint.scores.imported = try await write(table, tellsProgress: true)
        checkpoint.scores.present = table.rows.count - checkpoint.scores.imported
        // Read back by the store itself: nothing of it may be kept otherwise.
        let changed = try await write(table, tellsProgress: false)
        guard changed == 0 else {
            throw AgentsError(.internalFailure, "\(changed) scores are not kept as they were imported")
        }
        try await room.scoresAreOthers()
        try await advance(to: .verification)
    }

    private func readScores(
        _ columns: [OldDatabase.Column]
    ) async throws(AgentsError) -> (OldScoreTable, TableCounts, [RejectedRow]) {
        let reader = OldScores(columns: columns)
        var scores: [ImportedScore] = []
        scores.reserveCapacity(schema.scoreCount)
        var counts = TableCounts()
        var rejected: [RejectedRow] = []
        var last = Int64.min
        while true {
            try context.check()
            let rows: [OldRow]
            do {
                rows = try await old.rows(
                    of: OldScores.table,
                    columns: reader.columns.names,
                    after: last,
                    limit: ImportSteps.scoreRows
                )
            } catch {
                throw .unusable(error)
            }
            guard let end = rows.last else { return (OldScoreTable(scores), counts, rejected) }
            for row in rows {
                switch reader.convert(row) {
                case .row(let reading):
                    scores.append(reading.score)
                    if !reading.repaired.isEmpty { counts.repaired += 1 }
                case .rejected(let reason):
                    counts.rejected += 1
                    rejected.append(
                        RejectedRow(table: OldScores.table, columns: reader.columns.names, row: row, reason: reason)
                    )
                }
            }
            counts.read += rows.count
            last = end.rowID
        }
    }

    /// How many were not kept in this way before.
    private mutating func write(_ table: OldScoreTable, tellsProgress: Bool) async throws(AgentsError) -> Int {
        let scores = table.rows
        var changed = 0
        for start in stride(from: 0, to: scores.count, by: ImportSteps.scoreRows) {
            _ = try await turns.next(context)
            let part = Array(scores[start..<min(start + ImportSteps.scoreRows, scores.count)])
            do {
                changed += try await room.store.write(part, run: run, checkpoint: context.checkpoint(checkpoint.text))
            } catch {
                throw AgentsError(error)
            }
            if tellsProgress { tell(.scores, start + part.count, scores.count) }
        }
        return changed
    }
}
