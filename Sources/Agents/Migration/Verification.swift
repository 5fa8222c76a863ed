internal import Bus
internal import Crypto
internal import Storage

/// Compares what the source says with what the store says, both as the same bytes: counts and sums of hashes for every
/// ten thousand rows of the source, and row by row only where those differ.
struct Verification: Sendable {
    /// Rows of the source for which there is one sum.
    static let chunkRows: Int64 = 10_000

    struct Sum: Equatable, Sendable {
        var rows = 0
        var hashes: UInt64 = 0

        mutating func add(_ hash: UInt64) {
            rows += 1
            hashes &+= hash
        }
    }

    private(set) var expected: [Int64: Sum] = [:]
    private(set) var found: [Int64: Sum] = [:]

    mutating func expect(_ action: ImportedAction) {
        expected[Verification.chunk(of: action), default: Sum()].add(Verification.hash(of: action))
    }

    mutating func find(_ action: ImportedAction) {
        found[Verification.chunk(of: action), default: Sum()].add(Verification.hash(of: action))
    }

    /// Chunks whose sums aren't equal.
    var differing: Set<Int64> {
        Set(expected.keys.filter { expected[$0] != found[$0] } + found.keys.filter { expected[$0] != found[$0] })
    }

    static func chunk(of action: ImportedAction) -> Int64 { action.note.row / chunkRows }

    /// The beginning of a SHA-256 over all values but the number of the run, each with its length.
    static func hash(of action: ImportedAction) -> UInt64 {
        let record = action.record
        var bytes: [UInt8] = []
        bytes.reserveCapacity(384)
        append(record.id.high, to: &bytes)
        append(record.id.low, to: &bytes)
        append(UInt64(bitPattern: record.createdAt.milliseconds), to: &bytes)
        for number in [record.exitCode, record.durationMilliseconds] {
            bytes.append(number == nil ? 0 : 1)
            append(UInt64(bitPattern: Int64(number ?? 0)), to: &bytes)
        }
        for text in [
            record.toolName, record.toolType, record.sessionID, record.projectPath, record.input, record.output,
        ] { append(text, to: &bytes) }
        append(UInt64(record.filePaths.count), to: &bytes)
        for path in record.filePaths { append(path, to: &bytes) }
        append(UInt64(bitPattern: action.note.row), to: &bytes)
        append(UInt64(action.note.repaired.count), to: &bytes)
        for column in action.note.repaired { append(column, to: &bytes) }
        for (column, text) in action.note.original.sorted(by: { $0.key < $1.key }) {
            append(column, to: &bytes)
            append(text, to: &bytes)
        }
        return SHA256.hash(data: bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func append(_ text: String?, to bytes: inout [UInt8]) {
        append(text.map { UInt64($0.utf8.count) } ?? .max, to: &bytes)
        if let text { bytes.append(contentsOf: text.utf8) }
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}

/// What became of rows whose sums differ.
struct Differences: Equatable, Sendable {
    private var expected: [UUIDv7: UInt64] = [:]
    private(set) var changed = 0
    /// Rows here that the source doesn't have any more: they were imported before it lost them.
    private(set) var extra = 0

    mutating func expect(_ action: ImportedAction) { expected[action.record.id] = Verification.hash(of: action) }

    mutating func find(_ action: ImportedAction) {
        switch expected.removeValue(forKey: action.record.id) {
        case Verification.hash(of: action)?: break
        case .some: changed += 1
        case nil: extra += 1
        }
    }

    var missing: Int { expected.count }
}
