internal import Bus
internal import Glibc
package import Storage

/// What migrations need of the server that runs them.
package struct MigrationRoom: Sendable {
    /// Takes a picture of a database into a new file.
    package typealias TakePicture =
        @Sendable (_ source: String, _ copy: String) async throws(AgentsError) ->
        DatabasePicture.Outcome

    let folder: String
    let journal: any RecordJournal
    let jobs: any JobStore
    let store: any ImportStore
    let takePicture: TakePicture
    let activity: @Sendable () async -> Int
    let scoresChanged: @Sendable () async -> Void

    /// - Parameters:
    ///   - folder: The data folder.
    ///   - takePicture: `DatabasePicture.take` in a process of its own.
    ///   - activity: How many messages and records there were since the start.
    ///   - scoresChanged: Called when stored scores have become others.
    package init(
        folder: String,
        journal: any RecordJournal,
        jobs: any JobStore,
        store: any ImportStore,
        takePicture: @escaping TakePicture,
        activity: @escaping @Sendable () async -> Int,
        scoresChanged: @escaping @Sendable () async -> Void
    ) {
        self.folder = folder
        self.journal = journal
        self.jobs = jobs
        self.store = store
        self.takePicture = takePicture
        self.activity = activity
        self.scoresChanged = scoresChanged
    }

    /// The turns of a job that begins; what it does before the first of them shows whether agents are at work.
    func turns() async -> ImportTurns {
        var pace = ImportPace(processors: EventLoop.processors)
        pace.look(activity: await activity(), at: .now)
        return ImportTurns(activity, pace: pace)
    }

    /// Stored scores have become others: all servers load them again.
    func scoresAreOthers() async throws(AgentsError) {
        do { try await store.announceScores() } catch { throw AgentsError(error) }
        await scoresChanged()
    }

    /// `migration` and its relatives.
    package var kinds: [JobKind] {
        [
            JobKind("migration") { arguments throws(AgentsError) in
                MigrationJob(room: self, arguments: try MigrationArguments(arguments))
            },
            JobKind("migration.follow") { arguments throws(AgentsError) in try FollowJob(room: self, arguments) },
            JobKind("migration.rollback") { arguments throws(AgentsError) in try RollbackJob(room: self, arguments) },
            JobKind("comparison") { arguments throws(AgentsError) in try ComparisonJob(room: self, arguments) },
        ]
    }
}

/// Takes the history of an old database over: picture, actions, scores, verification, report.
struct MigrationJob: JobWork {
    let room: MigrationRoom
    let arguments: MigrationArguments

    func run(_ context: JobContext) async throws(AgentsError) -> String {
        // Reading and converting takes a processor for as long as it lasts, and whoever waits for a message comes first.
        try await EventLoop.withYielding(name: "dcm-migration") { (loop) async throws(AgentsError) in
            try await run(context, on: loop)
        }
    }

    private func run(_ context: JobContext, on loop: EventLoop) async throws(AgentsError) -> String {
        let turns = await room.turns()
        let files = try MigrationFiles(folder: room.folder, jobID: context.id)
        let checkpoint = try await begin(context, files)
        let old: OldDatabase
        do { old = try OldDatabase(path: files.picture, on: loop) } catch { throw .unusable(error) }
        let result: Result<MigrationReport, AgentsError>
        do throws(AgentsError) {
            let run = try await ImportSteps(
                room: room,
                arguments: arguments,
                context: context,
                files: files,
                old: old,
                schema: try await OldSchema(old, path: arguments.from),
                checkpoint: checkpoint,
                turns: turns
            )
            result = .success(try await run.perform())
        } catch {
            result = .failure(error)
        }
        try? await old.close()
        return try result.get().json
    }

    /// The checkpoint to go on from, with a picture behind it.
    private func begin(_ context: JobContext, _ files: MigrationFiles) async throws(AgentsError) -> MigrationCheckpoint
    {
        let runs: [ImportRun]
        do { runs = try await room.store.runs() } catch { throw AgentsError(error) }
        if let known = try MigrationCheckpoint(context.checkpoint), known.phase != .picture,
            unsafe access(files.picture, R_OK) == 0, runs.contains(where: { $0.number == known.run })
        {
            return known
        }
        var checkpoint = MigrationCheckpoint()
        context.progress(MigrationProgress(phase: .picture, rows: 0, total: 0).json)
        let outcome = try await room.takePicture(arguments.from, files.picture)
        checkpoint.picture.method = outcome.method
        checkpoint.picture.lockMilliseconds = outcome.lockMilliseconds
        checkpoint.picture.refusedWrites = outcome.refusedWrites
        checkpoint.picture.bytes = outcome.bytes
        do throws(StorageError) {
            checkpoint.run = try await room.store.beginRun(
                ofJob: context.id,
                source: arguments.source,
                merge: arguments.merge,
                at: context.startedAt
            ).number
            checkpoint.phase = .actions
            let stored = context.checkpoint(checkpoint.text)
            try await room.jobs.save(stored)
            context.reached(stored)
        } catch {
            throw AgentsError(error)
        }
        return checkpoint
    }
}

extension AgentsError {
    /// The old database can't be used: its file is told, since it is the user's own.
    static func unusable(_ error: StorageError) -> AgentsError { AgentsError(.invalid, error.message) }
}

/// How far a migration is, for `job.progress`.
struct MigrationProgress {
    var phase: MigrationCheckpoint.Phase
    var rows: Int
    var total: Int
    var rejected = 0

    var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("phase", phase.rawValue)
        json.field("rows", rows)
        json.field("total", total)
        json.field("rejected", rejected)
        json.endObject()
        return json.bytes
    }
}
