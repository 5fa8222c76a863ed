internal import Bus
internal import Storage

/// Catches up with an old database that goes on being written, row by row behind the last one that was read.
///
/// A call that both hooks have seen is recorded here and in the old database, in either order: a row waits for some
/// seconds, so that its other half can arrive, and is stored only when there is none.
struct FollowJob: JobWork {
    let room: MigrationRoom
    private let arguments: MigrationArguments
    /// Ends when nothing is left instead of waiting for more.
    private let endsWhenDone: Bool
    private let lagMilliseconds: Int64

    private static let pollMilliseconds = 1000
    /// Few enough to be read in a millisecond or two: without a write-ahead log the old hook is refused meanwhile.
    private static let pageRows = 500

    init(room: MigrationRoom, _ arguments: JobArguments) throws(AgentsError) {
        var arguments = arguments
        self.room = room
        self.arguments = try MigrationArguments(arguments)
        endsWhenDone = arguments.bool("once") ?? false
        lagMilliseconds = Int64((arguments.number("lag") ?? 5) * 1000)
        if lagMilliseconds > 3_600_000 { arguments.problem("lag", "at most 3600 seconds") }
        try arguments.check()
    }

    func run(_ context: JobContext) async throws(AgentsError) -> String {
        try await EventLoop.withYielding(name: "dcm-follow") { (loop) async throws(AgentsError) in
            try await run(context, on: loop)
        }
    }

    private func run(_ context: JobContext, on loop: EventLoop) async throws(AgentsError) -> String {
        let old: OldDatabase
        do { old = try OldDatabase(path: arguments.from, on: loop) } catch { throw .unusable(error) }
        let result: Result<String, AgentsError>
        do throws(AgentsError) { result = .success(try await follow(old, context)) } catch { result = .failure(error) }
        try? await old.close()
        return try result.get()
    }

    private func follow(_ old: OldDatabase, _ context: JobContext) async throws(AgentsError) -> String {
        let files = try MigrationFiles(folder: room.folder, jobID: context.id)
        let schema = try await OldSchema(old, path: arguments.from)
        guard let columns = schema.actions else {
            throw AgentsError(.invalid, "\(arguments.from) has no table \(OldActions.table)")
        }
        var (run, checkpoint) = try await begin(context)
        var mayRepeat = false
        if try await !isTheSame(checkpoint, old, columns) {
            guard schema.hasStableRowIDs else {
                throw AgentsError(
                    .conflict,
                    "The rows of \(arguments.from) have got other numbers (VACUUM): roll back and apply again"
                )
            }
            // Rows were deleted and their numbers used again. All are gone through; those that are here are found.
            checkpoint.rowID = Int64.min
            checkpoint.lastTime = 0
            mayRepeat = true
        }
        let target = ActionImport(store: room.store, run: run, mayRepeat: mayRepeat)
        let late: LateCalls
        do throws(StorageError) {
            let runs = try await room.store.runs().filter { $0.source == arguments.source }
            late = LateCalls(store: room.store, runs: Set(runs.map(\.number)))
        } catch {
            throw AgentsError(error)
        }
        let pages = ActionPages(
            old: old,
            columns: columns,
            source: run.source,
            run: run.number,
            limit: FollowJob.pageRows
        )
        // Everything was settled that was recorded before this job began.
        var isSettled = false
        while true {
            try context.check()
            let border = Timestamp.now().milliseconds - lagMilliseconds
            let page = try await pages.next(after: checkpoint.rowID, checkpoint.lastTime, until: border)
            if let page {
                try await store(page, target, late, files, context, &checkpoint)
            } else {
                let time = border - LiveMatcher.toleranceMilliseconds
                let isOver = time >= context.startedAt.milliseconds
                if FollowJob.mustSettle(time, checkpoint) || endsWhenDone && isOver && !isSettled {
                    try await settle(through: time, late, context, &checkpoint)
                    isSettled = isOver
                }
                let isDone = try await pages.next(after: checkpoint.rowID, checkpoint.lastTime) == nil
                if endsWhenDone, isDone, isSettled { return checkpoint.text }
                do { try await Task.sleep(for: .milliseconds(FollowJob.pollMilliseconds)) } catch {
                    try context.check()
                }
            }
        }
    }

    // MARK: - The beginning

    private func begin(_ context: JobContext) async throws(AgentsError) -> (ImportRun, FollowCheckpoint) {
        do throws(StorageError) {
            let position = try await lastPosition()
            let run = try await room.store.beginRun(
                ofJob: context.id,
                source: arguments.source,
                merge: arguments.merge,
                at: context.startedAt
            )
            let fresh = FollowCheckpoint(run: run.number, at: position, from: context.startedAt.milliseconds)
            let known = FollowCheckpoint(context.checkpoint).flatMap { $0.run == run.number ? $0 : nil }
            return (run, known ?? fresh)
        } catch {
            throw AgentsError(error)
        }
    }

    /// Where the newest migration of this source has come to that was not taken back.
    private func lastPosition() async throws(StorageError) -> SourcePosition {
        let numbers = Set(try await room.store.runs().filter { $0.source == arguments.source }.map(\.number))
        for job in try await room.jobs.jobs(limit: Jobs.maximumList) where JobKind.room(of: job.kind) == "migration" {
            if let position = SourcePosition(job.checkpoint), numbers.contains(position.run) { return position }
        }
        return SourcePosition()
    }

    /// Whether the last row that was read is what it was.
    private func isTheSame(
        _ checkpoint: FollowCheckpoint,
        _ old: OldDatabase,
        _ columns: [OldDatabase.Column]
    ) async throws(AgentsError) -> Bool {
        guard checkpoint.rowID > Int64.min else { return true }
        var reader = OldActions(
            source: arguments.source,
            columns: columns,
            lastTime: Timestamp(milliseconds: checkpoint.lastTime)
        )
        let row: OldRow?
        do {
            row = try await old.row(of: OldActions.table, columns: reader.columns.names, rowID: checkpoint.rowID)
        } catch {
            throw .unusable(error)
        }
        guard let row else { return false }
        switch reader.convert(row) {
        case .row(let action): return action.record.id.description == checkpoint.lastID
        case .rejected: return checkpoint.lastID == nil
        }
    }

    // MARK: - A turn

    private func store(
        _ page: OldActionChunk,
        _ target: ActionImport,
        _ late: LateCalls,
        _ files: MigrationFiles,
        _ context: JobContext,
        _ checkpoint: inout FollowCheckpoint
    ) async throws(AgentsError) {
        do throws(StorageError) {
            // What the other hook has recorded up to now has to be there to be found.
            try await room.journal.flush()
            // Rows before these that had to go without their call come first: from here on it may be another one's.
            // Rows that are read again are here already, or not about to be.
            if !target.mayRepeat {
                let records = page.actions.map(\.record)
                var live: [LiveAction] = []
                for span in LiveMatcher.spans(records.map(\.createdAt)) {
                    live += try await room.store.unmatchedActions(from: span.lowerBound, through: span.upperBound)
                }
                try await takeBack(try await late.find(live, beside: records), context, &checkpoint)
            }
        } catch {
            throw AgentsError(error)
        }
        var next = checkpoint
        next.rejectedBytes = try page.putAside(in: files, after: checkpoint.rejectedBytes, context)
        let prepared = try await target.prepare(page)
        next.take(page, matched: prepared.matched)
        let stored = context.checkpoint(next.text)
        try await target.write(prepared, checkpoint: stored)
        context.reached(stored)
        checkpoint = next
        context.progress(Array(checkpoint.text.utf8))
    }
}
