package import Bus
internal import Logging

/// Keeps histories, retained values and listeners in the data folder, on a thread of its own.
package actor HistoryStore: HistoryKeeper, ListenerKeeper {
    private let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let file: HistoryFile
    private nonisolated let marks: OffsetMarks
    /// Changes that are not written yet, one for each agent.
    private nonisolated let listenerChanges = Lock<[String: KeptListener]>([:])
    /// Nil since a write succeeded.
    private var lastFailure: StorageError.Code?
    private let logger = Logger(label: "dcm.history")

    private static let fileName = "history.db"
    private static let marksName = "history.marks"
    /// After a power failure it is not known how many events the disk hasn't got: the count goes on so far ahead that
    /// none of their offsets comes again.
    static let leap: Int64 = 1 << 32

    /// Opens or creates the files in a folder that this process has locked. The setup has what was there, for a bus to
    /// go on with.
    package static func open(
        folder: DataFolder,
        limits: HistoryLimits
    ) throws(StorageError) -> (store: HistoryStore, setup: HistorySetup) {
        let file = try HistoryFile(path: folder.file(fileName))
        let marksPath = folder.file(marksName)
        let restored = try restore(file, limits, marks: OffsetMarks.read(marksPath))
        let retained = try file.retained()
        let marks = OffsetMarks(path: marksPath, capacity: limits.channels + spareMarks)
        let store = HistoryStore(file, marks)
        let setup = HistorySetup(limits: limits, keeper: store, marks: marks, restored: restored, retained: retained)
        return (store, setup)
    }

    private init(_ file: HistoryFile, _ marks: OffsetMarks) {
        self.file = file
        self.marks = marks
        loop = EventLoop(name: "dcm-history", yields: true)
        loop.start()
    }

    /// Loops share the marks evenly, and channels don't.
    private static let spareMarks = 1024

    private static func restore(
        _ file: HistoryFile,
        _ limits: HistoryLimits,
        marks: OffsetMarks.Previous?
    ) throws(StorageError) -> [RestoredHistory] {
        var restored: [RestoredHistory] = []
        for channel in try file.channels() {
            guard let name = ChannelName(channel.name), limits.cover(name) else { continue }
            let events = try file.events(of: channel)
            let last = HistoryStore.last(of: channel, marks)
            restored.append(
                RestoredHistory(
                    channel: name,
                    epoch: channel.epoch,
                    last: last,
                    floor: last > channel.last ? last : channel.floor,
                    events: events
                )
            )
        }
        return restored
    }

    /// The newest offset that may have been given on a channel: what is above that of the file was lost.
    static func last(of channel: HistoryFile.Channel, _ marks: OffsetMarks.Previous?) -> Int64 {
        guard let marks, marks.isTrustworthy,
            let mark = marks.offsets[OffsetMarks.key(channel: channel.name, epoch: channel.epoch)]
        else { return channel.last + leap }
        return max(mark, channel.last)
    }

    package nonisolated func write(
        _ batch: HistoryBatch,
        _ retained: RetainedValues,
        done: @escaping @Sendable (Bool) -> Void
    ) {
        loop.execute { self.assumeIsolated { done($0.write(batch, retained)) } }
    }

    /// Those that were kept when the server ended.
    package func listeners() throws(StorageError) -> [KeptListener] { try file.listeners() }

    package nonisolated func keep(_ listeners: [KeptListener]) {
        guard !listeners.isEmpty else { return }
        let isFirst = listenerChanges.withLock { changes in
            defer { for listener in listeners { changes[listener.agentID] = listener } }
            return changes.isEmpty
        }
        if isFirst { loop.execute { self.assumeIsolated { $0.writeListeners() } } }
    }

    /// What can't be written is lost: an agent is then known again when it comes.
    private func writeListeners() {
        let changes = listenerChanges.withLock { changes in
            defer { changes = [:] }
            return changes
        }
        _ = attempt { () throws(StorageError) in try file.write(changes.values) }
    }

    private func write(_ batch: HistoryBatch, _ retained: RetainedValues) -> Bool {
        attempt { () throws(StorageError) in try file.write(batch, retained) }
    }

    private func attempt(_ write: () throws(StorageError) -> Void) -> Bool {
        do throws(StorageError) {
            try write()
            lastFailure = nil
            return true
        } catch {
            // Once per cause: a disk that is full for an hour is one line.
            if error.code != lastFailure { logger.error("histories are not written", metadata: ["error": "\(error)"]) }
            lastFailure = error.code
            return false
        }
    }

    /// Closes the file and ends the thread. `isWhole` says that everything was written, so that after the next start
    /// nothing is missing, whatever happens to the machine meanwhile.
    package nonisolated func close(isWhole: Bool) async throws(StorageError) {
        let result = await closeFile()
        if isWhole { marks.noteCleanEnd() }
        loop.stop()
        try result.get()
    }

    private func closeFile() -> Result<Void, StorageError> {
        do throws(StorageError) {
            return .success(try file.close())
        } catch {
            return .failure(error)
        }
    }
}
