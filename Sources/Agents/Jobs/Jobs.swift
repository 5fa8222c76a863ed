package import Bus
internal import Logging
package import Storage

/// The jobs of this server: each is run by a task that is supervised. After an error that may pass it waits and goes on
/// from its checkpoint; so it does after a restart of the server. Jobs that have ended stay in the store.
package actor Jobs {
    private struct Running {
        let context: JobContext
        var task: Task<Void, Never>?
        /// What it becomes when it stops; nil as long as it should run.
        var intent: JobRecord.State?
    }

    private let kinds: [String: JobKind]
    private let store: any JobStore
    private let owner: String
    private let events: JobEvents
    private let ids: UUIDGenerator
    private let now: @Sendable () -> Timestamp
    private let wait: @Sendable (Duration) async throws -> Void
    private let logger = Logger(label: "dcm.jobs")
    package nonisolated let figures: JobFigures
    private var running: [UUIDv7: Running] = [:]
    private var isStopped = false

    /// The longest list.
    package static let maximumList = 1000

    /// - Parameters:
    ///   - owner: This server, see `DurableStore.serverID`.
    ///   - retained: The retained values of `jobs/...`.
    package init(
        kinds: [JobKind],
        store: any JobStore,
        owner: String,
        publisher: any MessagePublisher,
        retained: @escaping @Sendable () -> [Message] = { [] },
        ids: UUIDGenerator = UUIDGenerator(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.kinds = Dictionary(kinds.map { ($0.name, $0) }) { first, _ in first }
        self.store = store
        self.owner = owner
        events = JobEvents(publisher: publisher, retained: retained)
        figures = JobFigures(kinds.map(\.name))
        self.ids = ids
        self.now = now
        self.wait = wait
    }

    // MARK: - Use

    /// Begins a job; on return it survives a restart.
    package func start(kind name: String, arguments: [UInt8]) async throws(AgentsError) -> JobRecord {
        let work = try work(of: name, String(decoding: arguments, as: UTF8.self))
        let record = JobRecord(
            id: ids.next(at: now()),
            kind: name,
            owner: owner,
            arguments: String(decoding: arguments, as: UTF8.self),
            at: now()
        )
        try await begin(record, work)
        return record
    }

    /// A job as it is now.
    package func job(_ id: UUIDv7) async throws(AgentsError) -> JobRecord {
        if let running = running[id] { return running.context.record }
        let found: JobRecord?
        do { found = try await store.job(id) } catch { throw AgentsError(error) }
        guard let found else { throw AgentsError(.notFound, "Job not found") }
        return found
    }

    /// Newest first.
    package func list(limit: Int) async throws(AgentsError) -> [JobRecord] {
        do {
            return try await store.jobs(limit: min(limit, Jobs.maximumList)).map { job in
                running[job.id]?.context.record ?? job
            }
        } catch {
            throw AgentsError(error)
        }
    }

    /// Stops a job at its next checkpoint; `resume` goes on from there.
    package func pause(_ id: UUIDv7) async throws(AgentsError) -> JobRecord { try await stop(id, as: .paused) }

    /// Stops a job for good. What it did stays.
    package func cancel(_ id: UUIDv7) async throws(AgentsError) -> JobRecord { try await stop(id, as: .cancelled) }

    /// Goes on with a job that was paused or has failed.
    package func resume(_ id: UUIDv7) async throws(AgentsError) -> JobRecord {
        var record = try await job(id)
        guard record.owner == owner else { throw AgentsError(.conflict, "Another server runs this job") }
        switch record.state {
        case .running: return record
        case .completed, .cancelled: throw AgentsError(.conflict, "The job is \(record.state.rawValue)")
        case .paused, .failed: break
        }
        let old = record.state
        record.state = .running
        record.message = nil
        try await begin(record, try work(of: record.kind, record.arguments), from: old)
        return record
    }

    // MARK: - Life

    /// Goes on with the jobs of an earlier run of this server as soon as the store answers.
    package func run() async {
        var backoff = RestartBackoff(maximum: .seconds(5))
        while !Task.isCancelled {
            do throws(StorageError) {
                for record in try await store.unfinishedJobs(of: owner) where running[record.id] == nil {
                    if record.state == .running {
                        recover(record)
                    } else {
                        figures.changed(record.kind, from: nil, to: record.state)
                    }
                }
                return
            } catch {
                do { try await wait(backoff.failed(after: .zero)) } catch { return }
            }
        }
    }

    private func recover(_ record: JobRecord) {
        do throws(AgentsError) {
            launch(record, try work(of: record.kind, record.arguments))
        } catch {
            logger.warning("a job can't be gone on with", metadata: ["job": "\(record.id)", "reason": "\(error)"])
        }
    }

    /// Ends the tasks of all jobs: they go on at the next start.
    package func stop() async {
        isStopped = true
        let tasks = running.values.compactMap(\.task)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func work(of name: String, _ arguments: String) throws(AgentsError) -> any JobWork {
        guard let kind = kinds[name] else {
            let known = kinds.keys.sorted().joined(separator: ", ")
            throw .invalid([AgentsError.Problem(field: "type", text: "expected one of \(known)")])
        }
        return try kind.make(try JobArguments(Array(arguments.utf8)))
    }

    /// - Parameter old: The state of a job that is gone on with.
    private func begin(
        _ record: JobRecord,
        _ work: any JobWork,
        from old: JobRecord.State? = nil
    ) async throws(AgentsError) {
        guard !isStopped else { throw AgentsError(.unavailable, "The server is shutting down") }
        let room = JobKind.room(of: record.kind)
        if let other = running.values.first(where: { JobKind.room(of: $0.context.record.kind) == room }) {
            throw AgentsError(.conflict, "The job \(other.context.id) runs; pause or cancel it first")
        }
        let context = JobContext(record, events: events, figures: figures, now: now)
        // From here on nobody else begins one, also while the store takes the row.
        running[record.id] = Running(context: context)
        do {
            try await store.save(record)
        } catch {
            running[record.id] = nil
            throw AgentsError(error)
        }
        launch(context, work, from: old)
    }

    private func launch(_ record: JobRecord, _ work: any JobWork) {
        let context = JobContext(record, events: events, figures: figures, now: now)
        running[record.id] = Running(context: context)
        launch(context, work, from: nil)
    }

    private func launch(_ context: JobContext, _ work: any JobWork, from old: JobRecord.State?) {
        let record = context.record
        figures.changed(record.kind, from: old, to: .running)
        events.makeRoom(besides: Array(running.keys))
        events.tell("job.progress", record)
        running[context.id]?.task = Task { await perform(work, context) }
        if isStopped || running[context.id]?.intent != nil { running[context.id]?.task?.cancel() }
    }

    private func stop(_ id: UUIDv7, as state: JobRecord.State) async throws(AgentsError) -> JobRecord {
        guard running[id] != nil else {
            var record = try await job(id)
            guard record.owner == owner else { throw AgentsError(.conflict, "Another server runs this job") }
            if record.state == state { return record }
            guard record.state == .paused || record.state == .failed else {
                throw AgentsError(.conflict, "The job is \(record.state.rawValue)")
            }
            let old = record.state
            record.state = state
            record.updatedAt = now()
            do { try await store.save(record) } catch { throw AgentsError(error) }
            figures.changed(record.kind, from: old, to: state)
            events.tell("job.progress", record)
            return record
        }
        running[id]?.intent = state
        let task = running[id]?.task
        task?.cancel()
        await task?.value
        return try await job(id)
    }

    // MARK: - Supervision

    private func perform(_ work: any JobWork, _ context: JobContext) async {
        var backoff = RestartBackoff(maximum: .seconds(10))
        let clock = ContinuousClock()
        var outcome = JobRecord.State.running
        while outcome == .running, !Task.isCancelled {
            let start = clock.now
            do throws(AgentsError) {
                let report = try await work.run(context)
                _ = context.update { record in
                    record.state = .completed
                    record.report = report
                    record.message = nil
                }
                outcome = .completed
            } catch {
                if Task.isCancelled { break }
                guard error.code == .unavailable || error.code == .storageFull else {
                    _ = context.update { record in
                        record.state = .failed
                        record.message = error.message
                    }
                    outcome = .failed
                    break
                }
                let record = context.update { $0.message = error.message }
                events.tell("job.progress", record)
                do { try await wait(backoff.failed(after: start.duration(to: clock.now))) } catch { break }
                await refresh(context)
            }
        }
        await end(context, outcome)
    }

    /// A transaction whose answer was lost may have moved the checkpoint.
    private func refresh(_ context: JobContext) async {
        guard let stored = try? await store.job(context.id) else { return }
        _ = context.update { $0.checkpoint = stored.checkpoint }
    }

    private func end(_ context: JobContext, _ outcome: JobRecord.State) async {
        if outcome == .running, let intent = running[context.id]?.intent { _ = context.update { $0.state = intent } }
        let record = context.record
        if record.state != .running {
            await save(record)
            figures.changed(record.kind, from: .running, to: record.state)
            switch record.state {
            case .completed: events.tell("job.completed", record)
            case .failed: events.tell("job.failed", record)
            default: events.tell("job.progress", record)
            }
        }
        running[context.id] = nil
    }

    /// Until the store takes it, or the server ends and the job is found unfinished at the next start.
    private func save(_ record: JobRecord) async {
        var backoff = RestartBackoff(maximum: .seconds(5))
        while true {
            do throws(StorageError) {
                return try await store.save(record)
            } catch {
                guard !isStopped else { return }
                let pause = backoff.failed(after: .zero)
                logger.warning("the end of a job can't be stored yet", metadata: ["reason": "\(error)"])
                // A task that was cancelled would not wait: it does so in another one.
                let wait = wait
                await Task { try? await wait(pause) }.value
            }
        }
    }
}
