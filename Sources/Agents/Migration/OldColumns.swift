internal import Storage

/// The columns of one table of the old database as they really are: those that have a place here, by their names, and
/// the others.
struct OldColumns: Equatable, Sendable {
    /// What is read, in this order.
    let names: [String]
    private let indexes: [String: Int]
    /// Columns that have no place of their own.
    let others: [(name: String, index: Int)]

    /// - Parameter known: Names with a place, in lower case; the table may have them in any case.
    init(_ columns: [OldDatabase.Column], known: [String]) {
        // The rowid is read in any case, under its own name.
        let columns = columns.filter { !$0.isRowID }
        names = columns.map(\.name)
        var indexes: [String: Int] = [:]
        var others: [(name: String, index: Int)] = []
        for (index, name) in names.enumerated() {
            let lower = name.lowercased()
            if known.contains(lower), indexes[lower] == nil {
                indexes[lower] = index
            } else {
                others.append((name, index))
            }
        }
        self.indexes = indexes
        self.others = others
    }

    func has(_ name: String) -> Bool { indexes[name] != nil }

    /// The place of a column in `names`, nil if the table doesn't have it.
    func index(_ name: String) -> Int? { indexes[name] }

    static func == (left: OldColumns, right: OldColumns) -> Bool { left.names == right.names }
}
