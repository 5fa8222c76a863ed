internal import Storage

/// A routing table that follows a journal and, where servers share a store, what the others write there. A value
/// without a lock or a store.
struct RoutingState: Sendable {
    private(set) var table: RoutingTable
    /// The last record that the table knows; nil until it was loaded.
    private(set) var through: JournalPosition?
    /// The last change of another server that the table knows.
    private(set) var revision: Int64 = 0
    /// While what was before is read.
    private(set) var isLoading = false
    /// A commit came meanwhile that doesn't follow the last known record: the journal has what lies between.
    private var isBehind = false
    /// Nil for a store with one server: then nothing comes in from it.
    private var unstored: UnstoredRecords?

    /// Knows nothing yet.
    init(maximumRows: Int) { table = RoutingTable(maximumRows: maximumRows) }

    /// Has the rows of one moment, and is to be told what the journal holds behind it.
    init(_ table: RoutingTable, of moment: ScoreMoment, isShared: Bool) {
        self.table = table
        through = moment.position
        revision = moment.revision
        isLoading = true
        isBehind = true
        if isShared { unstored = UnstoredRecords(after: moment.position) }
    }

    /// Learns what is new in `entries`, which are all that there is up to a position.
    mutating func learn(_ entries: [JournalEntry], through position: JournalPosition) {
        let known = through ?? .start
        for entry in entries where entry.position > known {
            table.apply(entry.record)
            unstored?.append(entry)
        }
        through = max(known, position)
    }

    /// Learns from a commit, unless it isn't the next one: then it is read from the journal.
    mutating func apply(_ entries: [JournalEntry]) {
        guard let through, let last = entries.last?.position, last > through else { return }
        let follows = entries.contains { $0.position.value == through.value + 1 }
        if follows || !isLoading { learn(entries, through: last) } else { isBehind = true }
    }

    /// Where the journal is to be read on; nil if nothing is missing.
    mutating func nextGap() -> JournalPosition? {
        isLoading = isBehind
        isBehind = false
        return isLoading ? through : nil
    }

    /// Has no answers any more: half of the truth would be a wrong one.
    mutating func failed() { through = nil }

    /// Takes over rows of the store, which held this server's records through `position` then. What was recorded here
    /// since then counts on top of them, as it will in the store.
    ///
    /// - Returns: False if some of that is forgotten; later the store holds it.
    mutating func merge(_ rows: [(ScoreKey, ScoreRow)], heldThrough position: JournalPosition) -> Bool {
        guard through != nil, !isLoading, let rest = unstored?.take(after: position) else { return false }
        for (key, row) in rows { table.restore(key, row) }
        let keys = Set(rows.map(\.0))
        guard !keys.isEmpty else { return true }
        for entry in rest { table.apply(entry.record, to: keys) }
        return true
    }

    /// Records that were forgotten before the store held them.
    var forgottenCount: Int { unstored?.forgottenCount ?? 0 }

    /// Everything that others changed through a revision is merged.
    mutating func merged(through revision: Int64) { self.revision = revision }
}
