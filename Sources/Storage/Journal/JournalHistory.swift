internal import Bus

/// Reads the journal from the beginning, for memories that follow it.
actor JournalHistory {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let path: String
    private let journal: Journal
    private static let slice = 5000

    init(path: String, journal: Journal, loop: EventLoop) {
        self.path = path
        self.journal = journal
        self.loop = loop
    }

    /// Everything behind `position` that was committed before the last slice came out empty. Throws `unavailable` if the
    /// store takes records over so fast that some go before they are read; what was gone when the journal was opened
    /// isn't missed.
    func read(
        after position: JournalPosition,
        _ visit: ([JournalEntry], _ through: JournalPosition) -> Void
    ) throws(StorageError) {
        let reader = try JournalReader(path: path)
        var position = position
        do throws(StorageError) {
            while true {
                let slice = try reader.read(after: position, limit: Self.slice)
                guard journal.trimmed <= max(position, journal.start) else {
                    throw StorageError(.unavailable, "the store took records over while they were read; try again")
                }
                guard let through = slice.through else { break }
                visit(slice.entries, through)
                position = through
            }
        } catch {
            try? reader.close()
            throw error
        }
        try reader.close()
    }
}
