internal import Bus
internal import Logging

/// The durable queue between a 2xx and the store.
///
/// Appends are committed in groups: whoever waits when the journal's thread gets to it shares one transaction and one
/// flush of the disk. The commit runs on the thread of the journal's own loop, so that nothing else waits for it.
package actor Journal {
    /// The journal's thread.
    private let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Names this journal in the store's marks.
    package nonisolated let id: String
    /// The last position that the file had when it was opened.
    package nonisolated let opened: JournalPosition
    /// A position behind which every record is here: what is missing before is in the store.
    nonisolated let start: JournalPosition
    private nonisolated let limits: JournalLimits
    private nonisolated let inbox: Lock<Inbox>
    private var file: JournalFile
    /// Nil since a commit succeeded.
    private var lastFailure: StorageError.Code?
    /// By the loop's clock; a file that couldn't be made smaller is left alone for a while.
    private var nextCompaction: UInt64 = 0
    /// Milliseconds between two attempts.
    private static let compactionPause: UInt64 = 600_000
    private let committed: CommitHandler
    private let logger = Logger(label: "dcm.journal")

    /// Gets the records of a commit and their bytes in the journal.
    package typealias CommitHandler = @Sendable (_ entries: [JournalEntry], _ bytes: Int) -> Void

    private typealias Answer = CheckedContinuation<Result<JournalPosition, StorageError>, Never>

    /// An append that waits for its commit.
    private struct Waiting {
        var record: JournalRecord
        var body: [UInt8]
        var answer: Answer
    }

    /// What other threads leave for the journal's thread.
    private struct Inbox {
        var waiting: [Waiting] = []
        /// True from the first thing to do until the thread has taken it: one job for all who come meanwhile.
        var isScheduled = false
        var isClosed = false
        var held = JournalPosition.start
        var trimmed = JournalPosition.start
        var figures = JournalFigures()
        var meter = RateMeter()
    }

    /// Opens or creates the file and starts the thread.
    ///
    /// - Parameter committed: Called on the journal's thread with the records of each commit, in their order, after
    ///   they are durable and before those who appended them go on.
    package init(
        path: String,
        limits: JournalLimits = JournalLimits(),
        committed: @escaping CommitHandler
    ) throws(StorageError) {
        let file = try JournalFile(path: path, limits: limits)
        self.file = file
        self.id = file.id
        opened = file.last
        start = file.start
        self.limits = limits
        self.committed = committed
        var inbox = Inbox()
        inbox.figures.last = file.last
        inbox.figures.note(file.size)
        inbox.trimmed = file.start
        self.inbox = Lock(inbox)
        loop = EventLoop(name: "dcm-journal")
        loop.start()
    }

    // MARK: - Any thread

    /// Makes a record durable and returns its position. Throws `unavailable` when too many wait or the journal is
    /// full, `diskFull` when the disk is; the record was then not accepted.
    package nonisolated func append(_ record: JournalRecord) async throws(StorageError) -> JournalPosition {
        let body = RecordCoder.encode(record)
        let result = await withCheckedContinuation { (answer: Answer) in
            let decision = inbox.withLock { inbox in
                let decision = admit(inbox)
                if decision.refusal == nil {
                    inbox.waiting.append(Waiting(record: record, body: body, answer: answer))
                    inbox.isScheduled = true
                } else {
                    inbox.figures.refused += 1
                }
                return decision
            }
            if let refusal = decision.refusal { return answer.resume(returning: .failure(refusal)) }
            if decision.mustSchedule { schedule() }
        }
        return try result.get()
    }

    private nonisolated func admit(_ inbox: Inbox) -> (refusal: StorageError?, mustSchedule: Bool) {
        if inbox.isClosed { return (StorageError(.unavailable, "the journal is closed"), false) }
        if inbox.waiting.count >= limits.waiting {
            return (StorageError(.unavailable, "\(inbox.waiting.count) records wait for the disk already"), false)
        }
        // What the store holds is deleted with the next commit, so it keeps none out.
        if inbox.figures.size >= limits.size, inbox.figures.last > inbox.held {
            return (
                StorageError(.unavailable, "the journal is full: the store has not taken its records yet"), false
            )
        }
        return (nil, !inbox.isScheduled)
    }

    /// Counters and gauges.
    package nonisolated var figures: JournalFigures {
        let second = JournalClock.second()
        return inbox.withLock { inbox in
            inbox.figures.waiting = inbox.waiting.count
            inbox.figures.rate = inbox.meter.rate(at: second)
            return inbox.figures
        }
    }

    /// The position of the last durable record.
    package nonisolated var last: JournalPosition { inbox.withLock { $0.figures.last } }

    /// Says that the store holds the records through `position`: they are deleted with later commits, or by
    /// themselves when they are many. Deleting at once would cost a flush of the disk for each batch.
    package nonisolated func trim(through position: JournalPosition) {
        let mustSchedule = inbox.withLock { inbox in
            inbox.held = max(inbox.held, position)
            guard !inbox.isClosed, !inbox.isScheduled else { return false }
            inbox.isScheduled = true
            return true
        }
        if mustSchedule { schedule() }
    }

    /// Up to here records may have gone from the file. It is moved on before they go, so whoever reads records and then
    /// finds it not beyond the position that he read from has missed none.
    nonisolated var trimmed: JournalPosition { inbox.withLock { $0.trimmed } }

    private nonisolated func schedule() {
        loop.execute { self.assumeIsolated { $0.work() } }
    }

    // MARK: - The journal's thread

    private func work() {
        let (batch, held) = inbox.withLock { inbox in
            inbox.isScheduled = false
            var batch: [Waiting] = []
            swap(&batch, &inbox.waiting)
            return (batch, inbox.held)
        }
        if batch.isEmpty {
            trimAlone(through: held)
        } else {
            commit(batch, trimmingThrough: held)
        }
        if file.isWorthCompacting, loop.nowMilliseconds >= nextCompaction { compact() }
    }

    /// Between two commits: some milliseconds, after an outage of the store.
    private func compact() {
        do throws(StorageError) {
            try file.compact()
        } catch {
            // It would fail again with each commit.
            nextCompaction = loop.nowMilliseconds + Journal.compactionPause
            logger.warning("the journal's file stays as large as it is", metadata: ["error": "\(error)"])
            return
        }
        inbox.withLock { inbox in
            inbox.figures.note(file.size)
            inbox.figures.compactions += 1
        }
    }

    private func commit(_ batch: [Waiting], trimmingThrough held: JournalPosition) {
        let start = file.last.value
        noteTrimming(appending: batch.count, heldThrough: held)
        do throws(StorageError) {
            try file.commit(batch.map(\.body), trimmingThrough: held)
        } catch {
            // Once per cause: a disk that is full for an hour is one line.
            if error.code != lastFailure {
                logger.error("a commit failed", metadata: ["records": "\(batch.count)", "error": "\(error)"])
            }
            lastFailure = error.code
            inbox.withLock { inbox in
                inbox.figures.refused += UInt64(batch.count)
                inbox.figures.failure = error
            }
            for waiting in batch { waiting.answer.resume(returning: .failure(error)) }
            return
        }
        lastFailure = nil
        let second = JournalClock.second()
        let bytes = batch.reduce(0) { $0 + $1.body.count }
        inbox.withLock { inbox in
            inbox.figures.records += UInt64(batch.count)
            inbox.figures.commits += 1
            inbox.figures.failure = nil
            inbox.figures.bytes += UInt64(bytes)
            inbox.figures.largestBatch = max(inbox.figures.largestBatch, batch.count)
            inbox.figures.last = file.last
            inbox.figures.note(file.size)
            inbox.meter.add(batch.count, at: second)
        }
        committed(
            batch.enumerated().map { index, waiting in
                JournalEntry(position: JournalPosition(start + 1 + Int64(index)), record: waiting.record)
            },
            bytes
        )
        for (index, waiting) in batch.enumerated() {
            waiting.answer.resume(returning: .success(JournalPosition(start + 1 + Int64(index))))
        }
    }

    private func noteTrimming(appending count: Int, heldThrough held: JournalPosition) {
        let last = JournalPosition(file.lastTrimmed(appending: count, heldThrough: held))
        inbox.withLock { $0.trimmed = max($0.trimmed, last) }
    }

    private func trimAlone(through held: JournalPosition) {
        let excess = file.excess(heldThrough: held)
        // A full journal has no commits that would delete them.
        guard excess >= 2 * JournalFile.slice || excess > 0 && file.size.used >= limits.size else { return }
        noteTrimming(appending: 0, heldThrough: held)
        do throws(StorageError) {
            try file.commit([], trimmingThrough: held)
        } catch {
            // The rows stay; the next commit tries again.
            logger.warning("could not delete records that the store holds", metadata: ["error": "\(error)"])
            return
        }
        inbox.withLock { $0.figures.note(file.size) }
        // One slice at a time: appends that came meanwhile go first.
        trim(through: held)
    }

    /// The store holds this journal through `mark`. In a file that was restored from an older copy the records taken
    /// since the start move behind it: the store would take them for what it knows.
    func skip(to mark: JournalPosition) throws(StorageError) {
        try file.skip(from: opened, to: mark)
        inbox.withLock { $0.figures.last = file.last }
    }

    /// Starts the write-ahead log anew.
    func restartLog() {
        do throws(StorageError) {
            try file.restartLog()
        } catch {
            logger.warning("could not restart the journal's log", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - End

    /// Refuses new appends and commits what waits.
    package func settle() {
        inbox.withLock { $0.isClosed = true }
        work()
    }

    /// Commits what waits, closes the file and ends the thread. Later appends are refused.
    package nonisolated func close() async throws(StorageError) {
        let result = await closeFile()
        loop.stop()
        try result.get()
    }

    private func closeFile() -> Result<Void, StorageError> {
        settle()
        do throws(StorageError) {
            return .success(try file.close())
        } catch {
            return .failure(error)
        }
    }
}

/// Seconds of a clock that doesn't go back.
private enum JournalClock {
    private static let start = ContinuousClock.now

    static func second() -> Int64 { start.duration(to: .now).components.seconds }
}
