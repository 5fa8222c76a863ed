package import Bus
internal import GRDB

/// A database of another program, opened for reading only. Its calls block and run on the thread of its loop.
///
/// Each call is a transaction of its own and as short as its rows: a hook that writes meanwhile without patience is
/// held up for that time only.
package actor OldDatabase {
    private let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let connection: SQLiteConnection

    /// Opens a file that must be there.
    package init(path: String, on loop: EventLoop) throws(StorageError) {
        self.loop = loop
        connection = try SQLiteReport.open(path, name: "the old database")
    }

    /// What SQLite finds wrong with the file; empty if nothing.
    package func damage() throws(StorageError) -> [String] {
        try connection.access { db in
            let check = try SQLiteStatement(db, "PRAGMA integrity_check(10)")
            defer { check.reset() }
            var lines: [String] = []
            while try check.step() { lines.append(check.text(0)) }
            return lines == ["ok"] ? [] : lines
        }
    }

    /// The tables, in the order of their names.
    package func tables() throws(StorageError) -> [String] {
        try connection.access { db in
            let select = try SQLiteStatement(
                db,
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            )
            defer { select.reset() }
            var names: [String] = []
            while try select.step() { names.append(select.text(0)) }
            return names
        }
    }

    /// A column of a table.
    package struct Column: Equatable, Sendable {
        package var name: String
        /// As declared; empty if it wasn't.
        package var type: String
        /// It is another name of the rowid, which `VACUUM` then leaves alone.
        package var isRowID: Bool

        package init(name: String, type: String, isRowID: Bool) {
            self.name = name
            self.type = type
            self.isRowID = isRowID
        }
    }

    /// The columns of a table; none if there is no such table.
    package func columns(of table: String) throws(StorageError) -> [Column] {
        try connection.access { db in
            let select = try SQLiteStatement(db, "SELECT name, type, pk FROM pragma_table_info($1)")
            defer { select.reset() }
            select.bind(table, at: 1)
            var columns: [Column] = []
            var keys = 0
            while try select.step() {
                let isKey = select.integer(2) > 0
                keys += isKey ? 1 : 0
                let type = select.text(1)
                columns.append(
                    Column(name: select.text(0), type: type, isRowID: isKey && type.uppercased() == "INTEGER")
                )
            }
            guard keys != 1 else { return columns }
            for index in columns.indices { columns[index].isRowID = false }
            return columns
        }
    }

    /// How many rows a table has.
    package func count(of table: String) throws(StorageError) -> Int {
        try connection.access { db in
            let select = try SQLiteStatement(db, "SELECT count(*) FROM \(OldDatabase.quoted(table))")
            defer { select.reset() }
            return try select.step() ? Int(select.integer(0)) : 0
        }
    }

    /// Rows behind a rowid, in their order; at most `limit`, and fewer when their values take more than `bytes`.
    package func rows(
        of table: String,
        columns: [String],
        after rowID: Int64,
        limit: Int,
        bytes: Int = 8 << 20
    ) throws(StorageError) -> [OldRow] {
        try read(
            "SELECT \(OldDatabase.list(columns)) FROM \(OldDatabase.quoted(table)) "
                + "WHERE _rowid_ > $1 ORDER BY _rowid_ LIMIT $2",
            [rowID, Int64(limit)],
            columns.count,
            bytes
        )
    }

    /// The row with a rowid, nil if there is none.
    package func row(of table: String, columns: [String], rowID: Int64) throws(StorageError) -> OldRow? {
        try read(
            "SELECT \(OldDatabase.list(columns)) FROM \(OldDatabase.quoted(table)) WHERE _rowid_ = $1",
            [rowID],
            columns.count,
            .max
        ).first
    }

    private func read(
        _ sql: String,
        _ parameters: [Int64],
        _ columns: Int,
        _ bytes: Int
    ) throws(StorageError) -> [OldRow] {
        try connection.access { db in
            let select = try SQLiteStatement(db, sql)
            defer { select.reset() }
            for (index, value) in parameters.enumerated() { select.bind(value, at: Int32(index + 1)) }
            var rows: [OldRow] = []
            var size = 0
            while size < bytes, try select.step() {
                var row = OldRow(rowID: select.integer(0), values: [])
                row.values.reserveCapacity(columns)
                for column in 1...max(1, columns) where column <= columns {
                    let value = select.oldValue(Int32(column))
                    size += value.size
                    row.values.append(value)
                }
                rows.append(row)
            }
            return rows
        }
    }

    package func close() throws(StorageError) { try connection.close() }

    private static func list(_ columns: [String]) -> String {
        (["_rowid_"] + columns.map(quoted)).joined(separator: ", ")
    }

    /// An identifier can't be a parameter.
    private static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

extension OldValue {
    fileprivate var size: Int {
        switch self {
        case .null, .integer, .real: 8
        case .text(let bytes), .blob(let bytes): bytes.count
        }
    }
}
