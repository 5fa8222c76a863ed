internal import DequeModule

/// What the journal has committed a moment ago, so that the writer needn't read back and decode what is in memory.
///
/// A help only, the journal has everything: at its bound it takes no more until the writer has caught up, and what
/// doesn't follow the mark without a gap is read from the journal.
struct RecentRecords {
    /// Bytes of records, as the journal encodes them.
    static let mostBytes = 16 << 20

    private var commits: Deque<(entries: [JournalEntry], bytes: Int)> = []
    private var bytes = 0
    /// Records that were not kept because of the bound.
    private(set) var skipped: UInt64 = 0

    /// Takes the records of one commit; they follow those of the commit before.
    mutating func append(_ entries: [JournalEntry], bytes: Int) {
        guard self.bytes + bytes <= Self.mostBytes else {
            skipped += UInt64(entries.count)
            return
        }
        commits.append((entries, bytes))
        self.bytes += bytes
    }

    /// Whole commits right behind `mark`, as many as fit into `limit` records, at least one; nil if they aren't here.
    mutating func take(after mark: JournalPosition, limit: Int) -> [JournalEntry]? {
        while let first = commits.first, let last = first.entries.last, last.position <= mark { removeFirst() }
        guard let start = commits.first?.entries.first?.position, start.value == mark.value + 1 else { return nil }
        var taken: [JournalEntry] = []
        while let first = commits.first, taken.isEmpty || taken.count + first.entries.count <= limit {
            // After a gap the journal is asked.
            if let end = taken.last, first.entries.first?.position.value != end.position.value + 1 { break }
            if taken.isEmpty { taken = first.entries } else { taken += first.entries }
            removeFirst()
        }
        return taken
    }

    /// True if `take` would have something for this mark once the store is there.
    func holds(after mark: JournalPosition) -> Bool {
        commits.contains { $0.entries.first?.position.value == mark.value + 1 }
    }

    /// Lets go of everything.
    mutating func removeAll() {
        commits = []
        bytes = 0
    }

    private mutating func removeFirst() {
        bytes -= commits.removeFirst().bytes
    }
}
