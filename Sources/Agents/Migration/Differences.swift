internal import Bus
internal import Storage

/// What became of rows whose sums differ.
struct Differences: Equatable, Sendable {
    private var expected: [UUIDv7: UInt64] = [:]
    private(set) var changed = 0
    /// Rows here that the source doesn't have any more: they were imported before it lost them.
    private(set) var extra = 0

    mutating func expect(_ action: ImportedAction) { expected[action.record.id] = ActionSums.hash(of: action) }

    mutating func find(_ action: ImportedAction) {
        switch expected.removeValue(forKey: action.record.id) {
        case ActionSums.hash(of: action)?: break
        case .some: changed += 1
        case nil: extra += 1
        }
    }

    var missing: Int { expected.count }
}
