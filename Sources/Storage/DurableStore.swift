internal import Bus
internal import Logging

/// The durable side of a server: its data folder, the journal, the store and the writer between them.
///
/// `append` makes a record durable; it reaches the store by itself. Reads that must see it go through
/// `readYourWrites`.
package final class DurableStore: Sendable {
    package let folder: DataFolder
    /// Reads and deletions. What was appended a moment ago may not be in it yet: see `readYourWrites`.
    package let store: any Store

    private let journal: Journal
    private let journalPath: String
    private let backend: any StoreBackend
    private let writer: BatchWriter
    /// How commits reach the writer; emptied at the end, since writer and journal hold each other through it.
    private let link: Lock<BatchWriter?>
    private let loops: Loops
    private let patience: UInt64
    /// How long a read waits for the store to catch up, times the patience.
    private static let readMilliseconds: UInt64 = 2000

    /// Counters and gauges of all parts.
    package struct Figures: Equatable, Sendable {
        package var journal: JournalFigures
        package var writer: WriterFigures
        /// Connections to a database; empty for an embedded store.
        package var pools: [PoolFigures]
    }

    /// Makes the store on its loops: one for the writer, one for reads.
    typealias BackendFactory = (_ writing: EventLoop, _ reading: EventLoop) throws(StorageError) -> any StoreBackend

    /// Opens the folder, the journal and the store, and moves what is left from an earlier run into the store.
    ///
    /// - Parameters:
    ///   - folder: Created if needed; locked against a second server.
    ///   - location: Where the store is; the journal is in the folder in either case.
    ///   - learning: What records do to scores.
    ///   - presence: Which agents are offered their items here; a store that other servers share has to know.
    ///   - patience: How many times the usual a read waits for the store, for machines that are slow.
    ///   - committed: Called on the journal's thread with each commit's records, in order, once they are durable and
    ///     before their appends return.
    package static func open(
        folder path: String,
        location: StoreLocation = .embedded,
        limits: JournalLimits = JournalLimits(),
        learning: ScoreLearning,
        presence: InboxPresence = .none,
        patience: UInt64 = 1,
        committed: @escaping @Sendable ([JournalEntry]) -> Void = { _ in }
    ) async throws(StorageError) -> DurableStore {
        let folder = try DataFolder(path: path)
        return try await open(folder, limits: limits, patience: patience, committed: committed) {
            (writing, reading) throws(StorageError) in
            switch location {
            case .embedded:
                try SQLiteStore(path: folder.file("store.db"), writing: writing, reading: reading, learning: learning)
            case .postgres(let options):
                PostgresStore(
                    options,
                    writing: writing,
                    reading: reading,
                    learning: learning,
                    presence: presence,
                    patience: patience
                )
            }
        }
    }

    /// The same with any store. One that may be away and is doesn't keep the server from starting: the journal has
    /// what it doesn't take.
    static func open(
        _ folder: DataFolder,
        limits: JournalLimits = JournalLimits(),
        patience: UInt64 = 1,
        committed: @escaping @Sendable ([JournalEntry]) -> Void = { _ in },
        backend: BackendFactory
    ) async throws(StorageError) -> DurableStore {
        let loops = Loops()
        let store: DurableStore
        do throws(StorageError) {
            store = try await DurableStore(folder, limits, patience, committed, loops, backend)
        } catch {
            loops.stop()
            throw error
        }
        do throws(StorageError) {
            try await store.catchUp()
        } catch {
            // What went wrong a moment ago would only go wrong again.
            try? await store.close(flushMilliseconds: 0)
            throw error
        }
        return store
    }

    private init(
        _ folder: DataFolder,
        _ limits: JournalLimits,
        _ patience: UInt64,
        _ committed: @escaping @Sendable ([JournalEntry]) -> Void,
        _ loops: Loops,
        _ makeBackend: BackendFactory
    ) async throws(StorageError) {
        self.folder = folder
        self.loops = loops
        self.patience = patience
        let backend = try makeBackend(loops.store, loops.reader)
        self.backend = backend
        store = backend
        let link = Lock<BatchWriter?>(nil)
        journalPath = folder.file("journal.db")
        journal = try Journal(path: journalPath, limits: limits) { entries, bytes in
            committed(entries)
            link.withLock { $0 }?.recordsCommitted(entries, bytes: bytes)
        }
        let mark = backend.mayBeAway ? nil : try await backend.sink.mark(ofJournal: journal.id)
        if let mark {
            try await journal.skip(to: mark)
            // No batch will say so if the store holds everything.
            journal.trim(through: mark)
        }
        writer = BatchWriter(
            loop: loops.store,
            journal: journal,
            slices: try JournalSlices(path: journalPath, loop: loops.ahead),
            sink: backend.sink,
            mark: mark,
            logBound: limits.log
        )
        link.withLock { [writer] in $0 = writer }
        self.link = link
    }

    /// Waits until the store holds what an earlier run left, as long as it goes forward. One that may be away gets the
    /// time of an ordinary read, and goes on by itself.
    private func catchUp() async throws(StorageError) {
        if backend.mayBeAway {
            do throws(StorageError) {
                return try await flush()
            } catch {
                // A wrong password or a newer schema is no database that is away, and doesn't pass by itself.
                let cause = writer.figures.lastError ?? error
                if cause.code == .unreadable || cause.code == .newerSchema { throw cause }
                return Logger(label: "dcm.store").warning(
                    "the store is away; what is recorded waits in the journal",
                    metadata: ["reason": "\(cause)"]
                )
            }
        }
        var mark = writer.figures.mark
        while true {
            do throws(StorageError) {
                // A slow disk may take long for the first batch; without progress in this time something is wrong.
                return try await writer.flush(upTo: journal.last, milliseconds: 30_000)
            } catch {
                let figures = writer.figures
                guard figures.mark > mark else { throw figures.lastError ?? error }
                mark = figures.mark
            }
        }
    }

    // MARK: - Use

    /// True if the store is another process, which may come and go while this one runs.
    package var mayBeAway: Bool { backend.mayBeAway }

    /// What has to be settled with other servers; nil for a store that is this one's alone.
    package var sharedInboxes: (any SharedInboxStore)? { backend.sharedInboxes }

    /// Names this server among those that share the store; the same after a restart.
    package var serverID: String { journal.id }

    /// `embedded` or `postgresql`.
    package var kind: String { backend.kind }

    /// Long tasks and how far they are.
    package var jobs: any JobStore { backend.jobs }

    /// The way past the journal for what comes from another database.
    package var imports: any ImportStore { backend.imports }

    /// Makes a record durable; it is in the store soon after. Throws `unavailable` or `diskFull` when it was not
    /// accepted.
    @discardableResult
    package func append(_ record: JournalRecord) async throws(StorageError) -> JournalPosition {
        try await journal.append(record)
    }

    /// Waits until the store holds everything that is durable now, at most `milliseconds`, or as long as a read does;
    /// then `unavailable`.
    package func flush(milliseconds: UInt64? = nil) async throws(StorageError) {
        try await flush(upTo: journal.last, milliseconds: milliseconds)
    }

    private func flush(upTo position: JournalPosition, milliseconds: UInt64? = nil) async throws(StorageError) {
        let milliseconds = milliseconds ?? DurableStore.readMilliseconds * patience
        try await writer.flush(upTo: position, milliseconds: milliseconds)
    }

    /// Runs `body` when the store holds everything that was durable at the time of the call.
    package func readYourWrites<Result>(
        _ body: (any Store) async throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await flush()
        return try await body(store)
    }

    /// The store's scores of one moment; `history` has what came after it.
    ///
    package func loadScores(
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> ScoreMoment {
        // The store's mark has to be known: it may move the journal's positions.
        try await flush(upTo: .start)
        return try await backend.loadScores(ofJournal: journal.id, batch)
    }

    /// The scores that other servers changed behind a revision, in batches, as they are at one later moment.
    ///
    /// - Returns: That moment; nil if everything has to be loaded.
    package func changedScores(
        after revision: Int64,
        _ batch: @escaping @Sendable ([(ScoreKey, ScoreRow)], ScoreMoment) -> Void
    ) async throws(StorageError) -> ScoreMoment? {
        try await backend.sharedScores?.changedScores(after: revision, ofJournal: journal.id, batch)
    }

    /// Calls `changed` from now on whenever other servers may have changed scores; never for a store that has one
    /// server.
    package func watchScores(_ changed: @escaping @Sendable () -> Void) async {
        await backend.sharedScores?.watchScores(ofJournal: journal.id, changed)
    }

    /// Records that the journal has behind a position, oldest first, in slices, each with the position that it reaches:
    /// a record that can't be read is passed over. Throws `unavailable` if the store holds more of them already and
    /// some have therefore gone from the journal since it was opened. Runs on the store's reading thread.
    package func history(
        after position: JournalPosition,
        _ slice: @escaping @Sendable ([JournalEntry], _ through: JournalPosition) -> Void
    ) async throws(StorageError) {
        try await JournalHistory(path: journalPath, journal: journal, loop: loops.reader).read(after: position, slice)
    }

    package var figures: Figures { Figures(journal: journal.figures, writer: writer.figures, pools: backend.pools) }

    // MARK: - End

    /// Refuses new records, moves what is left into the store, closes the files and ends the threads. No call may
    /// follow or be under way. What the store doesn't take stays in the journal for the next start.
    ///
    /// - Parameter flushMilliseconds: How long the store may take to catch up.
    package func close(flushMilliseconds: UInt64 = 5000) async throws(StorageError) {
        await journal.settle()
        // A store that is away doesn't keep the server from ending: nothing is lost, the journal has it.
        try? await flush(milliseconds: flushMilliseconds)
        link.withLock { $0 = nil }
        var failure: StorageError?
        func attempt(_ close: () async throws(StorageError) -> Void) async {
            do throws(StorageError) { try await close() } catch { failure = failure ?? error }
        }
        await writer.stop()
        // First the store, so that a batch ends that it doesn't answer; then what the end of a batch calls.
        await attempt { () throws(StorageError) in try await backend.close() }
        await attempt { () throws(StorageError) in try await writer.finish() }
        await attempt { () throws(StorageError) in try await journal.close() }
        loops.stop()
        folder.release()
        if let failure { throw failure }
    }
}

/// The threads of the store.
private struct Loops {
    let store = EventLoop(name: "dcm-store")
    let reader = EventLoop(name: "dcm-reader")
    /// Reads the journal for the writer.
    let ahead = EventLoop(name: "dcm-ahead")

    init() {
        store.start()
        reader.start()
        ahead.start()
    }

    /// Nothing may be queued on them any more.
    func stop() {
        store.stop()
        reader.stop()
        ahead.stop()
    }
}
