internal import Bus
internal import Logging

/// Moves records from the journal into the store, on the store's thread.
///
/// What it does when is decided by `BatchWriterState`; this actor has the timers, reads the journal, hands batches to
/// the sink and answers those who wait for a position.
actor BatchWriter {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let journal: Journal
    private let slices: JournalSlices
    /// The slice behind the batch that is written at the moment.
    private var ahead: (start: JournalPosition, slice: Task<JournalSlice?, Never>)?
    private let sink: any RecordSink
    private let logBound: Int64
    private var state = BatchWriterState()
    private var timer: LoopTimer?
    /// The batch under way, or the last one.
    private var running: Task<Void, Never>?
    /// Bytes of the journal's log after which it is copied into the file, and what was committed at the last time.
    private static let checkpointBytes: UInt64 = 2 << 20
    private var checkpointedBytes: UInt64 = 0
    private nonisolated let shared: Lock<Shared>
    private let logger = Logger(label: "dcm.writer")

    /// What other threads see.
    fileprivate struct Shared {
        var figures = WriterFigures()
        /// False until the store has said what it holds; the mark is then a position that it surely has.
        var markIsKnown: Bool
        /// One wake-up for all commits until it is served.
        var isWoken = false
        var recent = RecentRecords()

        /// Here and not on the store's thread: a disk that is slow must not keep its readers beyond their time.
        var waiters = FlushWaiters()
        var isWatchingDeadlines = false
        var isStopped = false

        func holds(_ position: JournalPosition) -> Bool { markIsKnown && figures.mark >= position }
    }

    /// - Parameter mark: What the store holds of this journal; nil if it couldn't be asked yet.
    init(
        loop: EventLoop,
        journal: Journal,
        slices: JournalSlices,
        sink: any RecordSink,
        mark: JournalPosition?,
        logBound: Int64 = JournalLimits().log
    ) {
        self.loop = loop
        self.journal = journal
        self.slices = slices
        self.sink = sink
        self.logBound = logBound
        var shared = Shared(markIsKnown: mark != nil)
        shared.figures.mark = mark ?? journal.start
        self.shared = Lock(shared)
    }

    // MARK: - Any thread

    /// Counters and gauges.
    nonisolated var figures: WriterFigures {
        var figures = shared.withLock { shared in
            shared.figures.unkept = shared.recent.skipped
            shared.figures.refusedReaders = shared.waiters.refused
            return shared.figures
        }
        figures.backlog = Int(max(0, journal.last.value - figures.mark.value))
        if figures.backlog == 0 { figures.oldest = nil }
        return figures
    }

    /// The journal has committed records, which take `bytes` in it.
    nonisolated func recordsCommitted(_ entries: [JournalEntry], bytes: Int) {
        let mustWake = shared.withLock { shared in
            shared.recent.append(entries, bytes: bytes)
            if shared.figures.oldest == nil { shared.figures.oldest = entries.first?.record.createdAt }
            defer { shared.isWoken = true }
            return !shared.isWoken
        }
        if mustWake { loop.execute { self.assumeIsolated { $0.recordsArrived() } } }
    }

    /// Returns when the store holds `position`; throws `unavailable` if that takes more than `milliseconds`.
    nonisolated func flush(upTo position: JournalPosition, milliseconds: UInt64) async throws(StorageError) {
        if shared.withLock({ $0.holds(position) }) { return }
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        let result = await withCheckedContinuation { answer in
            switch shared.withLock({ $0.admit(position, deadline, answer) }) {
            case .answer(let result): answer.resume(returning: result)
            case .wait(let mustWatch):
                loop.execute { self.assumeIsolated { $0.perform($0.state.flushRequested()) } }
                if mustWatch { watchDeadlines() }
            }
        }
        try result.get()
    }

    /// Looks at the deadlines as long as somebody waits.
    private nonisolated func watchDeadlines() {
        Task { [shared] in
            var isWatching = true
            while isWatching {
                try? await Task.sleep(for: .milliseconds(25))
                let (late, cause) = shared.withLock { shared in
                    let late = shared.waiters.expired(at: .now)
                    shared.isWatchingDeadlines = !shared.waiters.isEmpty
                    isWatching = shared.isWatchingDeadlines
                    return (late, shared.figures.lastError?.message ?? "it is behind")
                }
                late.resume(.failure(StorageError(.unavailable, "the store did not catch up in time: \(cause)")))
            }
        }
    }

    // MARK: - The store's thread

    private var mark: JournalPosition { shared.withLock { $0.figures.mark } }
    private var backlog: Int { figures.backlog }

    private func recordsArrived() {
        shared.withLock { $0.isWoken = false }
        perform(state.recordsArrived(backlog: backlog))
    }

    private func perform(_ step: BatchWriterState.Step) {
        switch step {
        case .nothing: break
        case .gather(let milliseconds):
            startTimer(milliseconds) { $0.perform($0.state.gatheringEnded()) }
        case .backOff(let milliseconds):
            startTimer(milliseconds) { $0.perform($0.state.backOffEnded()) }
        case .write:
            timer?.close()
            timer = nil
            // A step of its own, so that reads and deletions get their turn between batches.
            running = Task { await self.writeBatch() }
        }
    }

    private func startTimer(_ milliseconds: UInt64, _ fire: @escaping @Sendable (isolated BatchWriter) -> Void) {
        timer?.close()
        timer = nil
        do throws(BusError) {
            let timer = try LoopTimer(on: loop) { [weak self] in self?.assumeIsolated { fire($0) } }
            timer.schedule(after: milliseconds)
            self.timer = timer
        } catch {
            // Without a timer it writes at once rather than never.
            loop.execute { self.assumeIsolated { fire($0) } }
        }
    }

    private func writeBatch() async {
        guard state.phase == .writing else { return }
        do throws(StorageError) {
            try await learnMark()
            guard state.phase == .writing else { return }
            // Before the read: what is committed during it is not passed over.
            let last = journal.last
            let slice = try await nextSlice()
            if let batch = slice.batch(ofJournal: journal.id) {
                readAhead(from: batch.through)
                noteOldest(in: batch)
                try await write(batch)
            } else {
                // The journal has nothing behind the mark: its positions were moved on.
                advance(to: last, records: 0, rejected: 0, newest: nil)
            }
        } catch {
            // The journal goes on growing meanwhile, and so would its log.
            await checkpoint()
            return failed(error)
        }
        journal.trim(through: mark)
        await checkpoint()
        let (held, isAwaited) = shared.withLock { shared in
            (shared.waiters.held(through: shared.figures.mark), !shared.waiters.isEmpty)
        }
        held.resume(.success(()))
        perform(state.batchWritten(backlog: backlog, isAwaited: isAwaited))
    }

    /// Asks a store that was away at the start what it holds.
    private func learnMark() async throws(StorageError) {
        if shared.withLock({ $0.markIsKnown }) { return }
        let mark = try await sink.mark(ofJournal: journal.id)
        guard state.phase == .writing else { return }
        if mark > journal.opened {
            // Positions move: what is in memory has the old ones.
            try await journal.skip(to: mark)
            shared.withLock { $0.recent.removeAll() }
        }
        shared.withLock { shared in
            shared.figures.mark = max(mark, shared.figures.mark)
            shared.markIsKnown = true
        }
    }

    /// The records behind the mark: from memory, or from the journal after a start or when many wait.
    private func nextSlice() async throws(StorageError) -> JournalSlice {
        let mark = mark
        if let ahead {
            self.ahead = nil
            // It is of no use when the batch before it failed or was moved.
            if let slice = await ahead.slice.value, ahead.start == mark { return slice }
        }
        let recent = shared.withLock { shared in
            shared.recent.take(after: mark, limit: sink.mostRecords)
        }
        guard let recent else { return try await slices.read(after: mark, limit: sink.mostRecords) }
        return JournalSlice(entries: recent, through: recent.last?.position)
    }

    /// Reads the next slice while the store works on this one, if a whole batch waits there: a smaller one may grow
    /// until its turn comes.
    private func readAhead(from position: JournalPosition) {
        let limit = sink.mostRecords
        guard journal.last.value - position.value >= Int64(limit) else { return }
        if shared.withLock({ $0.recent.holds(after: position) }) { return }
        let task = Task { [slices, sink, id = journal.id] in
            let slice = try? await slices.read(after: position, limit: limit)
            if let batch = slice?.batch(ofJournal: id) { await sink.stage(batch) }
            return slice
        }
        ahead = (position, task)
    }

    /// Writes a batch; if the store refuses a record in it, halves it until that record stands alone and sets it aside.
    private func write(_ batch: RecordBatch) async throws(StorageError) {
        do {
            try await sink.write(batch, at: .now())
            advance(
                to: batch.through,
                records: batch.entries.count,
                rejected: batch.rejected.count,
                newest: batch.entries.last?.record.createdAt
            )
        } catch  where error.code == .rejected && !batch.entries.isEmpty {
            if let (front, back) = batch.split() {
                try await write(front)
                try await write(back)
            } else {
                logger.error(
                    "the store refuses a record; it is kept in rejected_records",
                    metadata: ["position": "\(batch.through.value)", "error": "\(error)"]
                )
                try await write(batch.rejectingAll(reason: error.message))
            }
        }
    }

    private func advance(to mark: JournalPosition, records: Int, rejected: Int, newest: Timestamp?) {
        let last = journal.last
        shared.withLock { shared in
            shared.figures.mark = mark
            shared.figures.records += UInt64(records)
            shared.figures.rejected += UInt64(rejected)
            shared.figures.batches += 1
            shared.figures.lastError = nil
            // What is left is no older than the newest of this batch.
            shared.figures.oldest = mark < last ? newest : nil
        }
    }

    private func noteOldest(in batch: RecordBatch) {
        guard let first = batch.entries.first else { return }
        shared.withLock { $0.figures.oldest = first.record.createdAt }
    }

    private func failed(_ error: StorageError) {
        let isFirst = shared.withLock { shared in
            defer { shared.figures.lastError = error }
            shared.figures.failures += 1
            return shared.figures.lastError?.code != error.code
        }
        // Nobody knows how long a store is away that hasn't been seen yet.
        let (told, failures) = shared.withLock { shared in
            (shared.markIsKnown ? [] : shared.waiters.all(), shared.figures.failures)
        }
        // Once per cause: a database that is away for an hour is one line, not a thousand. At the start it is up to
        // whoever waits what it means.
        if isFirst && !(failures == 1 && !told.isEmpty) {
            logger.error("the store takes no records", metadata: ["error": "\(error)"])
        }
        told.resume(.failure(error))
        perform(state.batchFailed(random: .random(in: 0..<1)))
    }

    private func checkpoint() async {
        let committed = journal.figures.bytes
        guard state.phase == .writing, committed - checkpointedBytes >= BatchWriter.checkpointBytes else { return }
        checkpointedBytes = committed
        do throws(StorageError) {
            // After `stop` the journal may be closed at any moment.
            guard try await slices.checkpoint() > logBound, state.phase == .writing else { return }
            await journal.restartLog()
        } catch {
            logger.warning("could not check-point the journal", metadata: ["error": "\(error)"])
        }
    }

    /// Ends the timers and refuses those who wait. A batch may still be under way, see `finish`.
    func stop() {
        state.stop()
        timer?.close()
        timer = nil
        let waiting = shared.withLock { shared in
            shared.isStopped = true
            return shared.waiters.all()
        }
        waiting.resume(.failure(.closed))
    }

    /// Waits for the batch under way, which the closing of the store has ended or lets end, and closes the reader.
    func finish() async throws(StorageError) {
        await running?.value
        _ = await ahead?.slice.value
        try await slices.close()
    }
}

extension BatchWriter.Shared {
    fileprivate enum Admission {
        case answer(FlushWaiters.Result)
        case wait(mustWatch: Bool)
    }

    fileprivate mutating func admit(
        _ position: JournalPosition,
        _ deadline: ContinuousClock.Instant,
        _ answer: FlushWaiters.Answer
    ) -> Admission {
        if holds(position) { return .answer(.success(())) }
        if isStopped { return .answer(.failure(.closed)) }
        guard waiters.add(position, deadline: deadline, answer) else {
            let message = "\(FlushWaiters.limit) readers wait for the store already"
            return .answer(.failure(StorageError(.unavailable, message)))
        }
        defer { isWatchingDeadlines = true }
        return .wait(mustWatch: !isWatchingDeadlines)
    }
}

extension StorageError {
    fileprivate static var closed: StorageError { StorageError(.unavailable, "the store is closed") }
}

extension JournalRecord {
    /// When the record was made.
    var createdAt: Timestamp {
        switch self {
        case .action(let action): action.createdAt
        case .feedback(let feedback): feedback.createdAt
        case .message(let message): message.createdAt
        case .inbox(let record): record.createdAt
        case .reading(let record): record.createdAt
        case .sighting(let record): record.createdAt
        }
    }
}
