internal import Bus
internal import Storage

/// Counts and sums of hashes for every ten thousand rows of the source: equal when the same rows say the same, in
/// whatever order they come.
struct ActionSums: Equatable, Sendable {
    /// Rows of the source for which there is one sum.
    static let chunkRows: Int64 = 10_000

    private struct Sum: Equatable {
        var rows = 0
        var hashes: UInt64 = 0

        mutating func add(_ other: Sum) {
            rows += other.rows
            hashes &+= other.hashes
        }
    }

    private var sums: [Int64: Sum] = [:]

    init(_ actions: [ImportedAction] = []) {
        for action in actions { add(action) }
    }

    mutating func add(_ action: ImportedAction) {
        sums[ActionSums.chunk(of: action), default: Sum()].add(Sum(rows: 1, hashes: ActionSums.hash(of: action)))
    }

    mutating func add(_ others: ActionSums) {
        for (chunk, sum) in others.sums { sums[chunk, default: Sum()].add(sum) }
    }

    /// Chunks whose sums aren't equal.
    func differing(from others: ActionSums) -> Set<Int64> {
        Set(sums.keys).union(others.sums.keys).filter { sums[$0] != others.sums[$0] }
    }

    static func chunk(of action: ImportedAction) -> Int64 { action.note.row / chunkRows }

    /// Of all values but the number of the run, each with its length. Equal rows have equal hashes within this process
    /// only: its key is chosen anew for each, so that no source can be made whose rows cancel each other out.
    static func hash(of action: ImportedAction) -> UInt64 {
        let record = action.record
        var hasher = Hasher()
        hasher.combine(record.id)
        hasher.combine(record.createdAt)
        hasher.combine(record.exitCode)
        hasher.combine(record.durationMilliseconds)
        for text in [
            record.toolName, record.toolType, record.sessionID, record.projectPath, record.input, record.output,
        ] { hasher.combine(exactly: text) }
        hasher.combine(record.filePaths.count)
        for path in record.filePaths { hasher.combine(exactly: path) }
        hasher.combine(action.note.row)
        hasher.combine(action.note.repaired.count)
        for column in action.note.repaired { hasher.combine(exactly: column) }
        for (column, text) in action.note.original.sorted(by: { $0.key < $1.key }) {
            hasher.combine(exactly: column)
            hasher.combine(exactly: text)
        }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

extension Hasher {
    /// Its bytes, behind their number: `String` itself takes texts for equal that are written in other bytes.
    fileprivate mutating func combine(exactly text: String?) {
        guard let text else { return combine(-1) }
        let bytes = text.utf8Span.span
        combine(bytes.count)
        unsafe bytes.withUnsafeBytes { unsafe combine(bytes: $0) }
    }
}
