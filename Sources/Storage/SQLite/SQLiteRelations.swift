internal import Bus
internal import GRDB

/// Statements of both stores on a connection to SQLite.
enum SQLiteRelations {
    static func run<Row>(_ query: StoreQuery<Row>, _ db: Database) throws -> [Row] {
        let statement = try SQLiteStatement(db, query.command.sql)
        defer { statement.reset() }
        bind(query.command, to: statement)
        let row = SQLiteRow(statement: statement)
        var rows: [Row] = []
        while try statement.step() { rows.append(try query.row(row)) }
        return rows
    }

    static func run(_ command: StoreCommand, _ db: Database) throws {
        let statement = try SQLiteStatement(db, command.sql)
        bind(command, to: statement)
        try statement.run()
    }

    private static func bind(_ command: StoreCommand, to statement: SQLiteStatement) {
        for (offset, value) in command.parameters.enumerated() {
            // SQLite numbers `$` parameters by their first appearance and not by what is behind the sign.
            let index = statement.index(ofParameter: "$\(offset + 1)")
            switch value {
            case .text(let text): statement.bind(text, at: index)
            case .integer(let number): statement.bind(number, at: index)
            case .id(let id): statement.bind(id?.description, at: index)
            case .time(let time): statement.bind((time?.milliseconds).map { Int($0) }, at: index)
            case .json(let json?): statement.bind(text: json, at: index)
            case .ids(let ids?): statement.bind(text: jsonArray(ids.map(\.description)), at: index)
            case .json(nil), .ids(nil): statement.bindNull(at: index)
            }
        }
    }

    /// Adds the function behind `SQLDialect.merged` to a connection.
    static func addFunctions(to db: Database) {
        db.add(
            function: DatabaseFunction("dcm_merged", argumentCount: 2, pure: true) { values in
                // Neither has a NUL, at which a text would end: JSON escapes it.
                guard let old = String.fromDatabaseValue(values[0]) else { return values[1] }
                guard let new = String.fromDatabaseValue(values[1]) else { return values[0] }
                return String(decoding: MergedJSON(old: Array(old.utf8), new: Array(new.utf8)).bytes, as: UTF8.self)
            }
        )
    }
}

/// The row at which a statement is.
private struct SQLiteRow: StoreRow {
    let statement: SQLiteStatement

    func isNull(_ column: Int) -> Bool { statement.isNull(Int32(column)) }
    func text(_ column: Int) -> String { statement.text(Int32(column)) }
    func integer(_ column: Int) -> Int { Int(statement.integer(Int32(column))) }
    func real(_ column: Int) -> Double { statement.real(Int32(column)) }

    func id(_ column: Int) throws(StorageError) -> UUIDv7 {
        guard let id = UUIDv7(text(column)) else {
            throw StorageError(.corrupt, "a row has the id \(text(column)), which is no UUID")
        }
        return id
    }

    func time(_ column: Int) -> Timestamp { Timestamp(milliseconds: statement.integer(Int32(column))) }

    func json(_ column: Int) -> [UInt8] {
        statement.withBytes(Int32(column)) { bytes in
            guard (try? JSONScanner.validate(bytes)) != nil else { return Array("null".utf8) }
            return unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        }
    }

    func ids(_ column: Int) -> [UUIDv7] { texts(column).compactMap { UUIDv7($0) } }

    func texts(_ column: Int) -> [String] {
        statement.withBytes(Int32(column)) { bytes in
            guard let array = try? JSONScanner.validate(bytes) else { return [] }
            return (try? JSONScanner.strings(bytes, array, limit: .max)) ?? []
        }
    }
}
