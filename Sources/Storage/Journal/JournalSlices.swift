internal import Bus

/// What the batch writer takes from the journal, read on a thread of its own: while a database works on one batch, the
/// next one is read and decoded.
actor JournalSlices {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let reader: JournalReader

    init(path: String, loop: EventLoop) throws(StorageError) {
        self.loop = loop
        reader = try JournalReader(path: path)
    }

    /// The records behind `position`, oldest first.
    func read(after position: JournalPosition, limit: Int) throws(StorageError) -> JournalSlice {
        try reader.read(after: position, limit: limit)
    }

    /// Copies the log into the file as far as that goes without waiting for anybody. Returns the bytes of the log.
    func checkpoint() throws(StorageError) -> Int64 {
        try reader.checkpoint()
    }

    /// Closes the file; no call may follow.
    func close() throws(StorageError) {
        try reader.close()
    }
}
