internal import Bus
internal import Foundation
internal import Storage

/// Takes back what migrations put in, and only that.
struct RollbackJob: JobWork {
    private let room: MigrationRoom
    /// Of this source, or everything of one job.
    private let source: String?
    private let jobID: UUIDv7?

    init(room: MigrationRoom, _ arguments: JobArguments) throws(AgentsError) {
        var arguments = arguments
        self.room = room
        let job = arguments.text("job")
        jobID = job.flatMap { UUIDv7($0) }
        if job != nil, jobID == nil { arguments.problem("job", "must be a valid UUID") }
        source = arguments.text("source")
        try arguments.check()
    }

    /// What was taken back.
    struct Report: Codable, Equatable, Sendable {
        var runs: [Int] = []
        var actions = 0
        var scores = 0
    }

    func run(_ context: JobContext) async throws(AgentsError) -> String {
        var report = Report()
        if let text = context.checkpoint, let known = try? JSONDecoder().decode(Report.self, from: Data(text.utf8)) {
            report = known
        }
        do {
            // The newest first: what they have joined comes apart in the order opposite to that of joining.
            for run in try await room.store.runs().reversed() where isMeant(run) {
                guard try await isOver(run) else {
                    throw AgentsError(.conflict, "The migration \(run.jobID) is not over; cancel it first")
                }
                try await remove(run, context, &report)
            }
        } catch let error as AgentsError {
            throw error
        } catch let error as StorageError {
            throw AgentsError(error)
        } catch {
            throw AgentsError(.internalFailure, "The rollback failed")
        }
        try await room.scoresAreOthers()
        return MigrationJSON.text(report)
    }

    private func isMeant(_ run: ImportRun) -> Bool {
        if let jobID { return run.jobID == jobID }
        return source == nil || run.source == source
    }

    private func isOver(_ run: ImportRun) async throws(StorageError) -> Bool {
        guard let job = try await room.jobs.job(run.jobID) else { return true }
        return job.state.isOver
    }

    private func remove(_ run: ImportRun, _ context: JobContext, _ report: inout Report) async throws {
        var last: UUIDv7?
        var turns = await room.turns()
        while true {
            let page = try await room.store.importedActions(after: last, limit: room.store.mostRows)
            guard let end = page.last else { break }
            _ = try await turns.next(context)
            last = end
            let ids = page.actions.filter { $0.note.run == run.number }.map(\.record.id)
            if !ids.isEmpty { report.actions += try await room.store.removeActions(ids) }
            context.took(rows: ids.count)
            try await tell(report, context)
        }
        while true {
            _ = try await turns.next(context)
            let count = try await room.store.removeScores(run: run.number, limit: 2000)
            guard count > 0 else { break }
            report.scores += count
            context.took(rows: count)
            try await tell(report, context)
        }
        try await room.store.removeRun(run.number)
        report.runs.append(run.number)
        try await tell(report, context)
    }

    private func tell(_ report: Report, _ context: JobContext) async throws {
        let checkpoint = context.checkpoint(MigrationJSON.text(report))
        try await room.jobs.save(checkpoint)
        context.reached(checkpoint)
        context.progress(Array(checkpoint.text.utf8))
    }
}
