/// One column of one row of the old database, as SQLite stored it. Columns there have no fixed type: what a hook wrote
/// is what is found.
package enum OldValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    /// The bytes of a TEXT, which need not be UTF-8 and may have NUL in them.
    case text([UInt8])
    case blob([UInt8])
}

/// One row of the old database.
package struct OldRow: Equatable, Sendable {
    package var rowID: Int64
    /// In the order of the columns that were asked for.
    package var values: [OldValue]

    package init(rowID: Int64, values: [OldValue]) {
        self.rowID = rowID
        self.values = values
    }
}
