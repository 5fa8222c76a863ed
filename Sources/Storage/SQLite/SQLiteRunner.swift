internal import Bus
internal import GRDB

extension SQLiteStore: StatementRunner {
    var dialect: SQLDialect { .sqlite }

    func read<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row] {
        try await reader.rows(of: statement, row)
    }

    func write<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row] {
        try await writer.rows(of: statement, row)
    }

    func change(_ statement: StoreStatement) async throws(StorageError) -> Int {
        try await writer.change(statement)
    }

    /// The data folder is locked: there is no other server.
    func changeAlone(_ statement: StoreStatement) async throws(StorageError) -> Int? {
        try await change(statement)
    }

    func writeAlone<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row]? {
        try await write(statement, row)
    }
}

extension SQLiteReader {
    fileprivate func rows<Row>(
        of statement: StoreStatement,
        _ row: ReadRow<Row>
    ) throws(StorageError) -> [Row] {
        try connection.access { try $0.rows(of: statement, row) }
    }
}

extension SQLiteWriter {
    fileprivate func rows<Row>(
        of statement: StoreStatement,
        _ row: ReadRow<Row>
    ) throws(StorageError) -> [Row] {
        try connection.transaction { try $0.rows(of: statement, row) }
    }

    fileprivate func change(_ statement: StoreStatement) throws(StorageError) -> Int {
        try connection.transaction { db in
            try SQLiteStatement(db, statement.sql).binding(statement.parameters).run()
            return db.changesCount
        }
    }
}

extension Database {
    fileprivate func rows<Row>(of statement: StoreStatement, _ row: ReadRow<Row>) throws -> [Row] {
        let prepared = try SQLiteStatement(self, statement.sql).binding(statement.parameters)
        defer { prepared.reset() }
        var rows: [Row] = []
        while try prepared.step() { rows.append(try row(SQLiteRow(statement: prepared))) }
        return rows
    }
}

extension SQLiteStatement {
    /// With all parameters in their order.
    fileprivate func binding(_ parameters: [StoreStatement.Parameter]) -> SQLiteStatement {
        for (index, parameter) in parameters.enumerated() {
            let number = Int32(index + 1)
            switch parameter {
            case .text(let text): bind(text, at: number)
            case .integer(let integer): bind(integer, at: number)
            case .time(let time): bind(time.map { Int($0.milliseconds) }, at: number)
            case .id(let id): bind(id?.description, at: number)
            case .json(let text): bind(text, at: number)
            }
        }
        return self
    }
}

/// A row that a statement stands on.
private struct SQLiteRow: StoreRow {
    let statement: SQLiteStatement

    func text(_ column: Int) -> String { statement.text(Int32(column)) }
    func optionalText(_ column: Int) -> String? { statement.optionalText(Int32(column)) }
    func integer(_ column: Int) -> Int { Int(statement.integer(Int32(column))) }
    func optionalInteger(_ column: Int) -> Int? { statement.optionalInteger(Int32(column)) }
    func time(_ column: Int) -> Timestamp { Timestamp(milliseconds: statement.integer(Int32(column))) }

    func optionalTime(_ column: Int) -> Timestamp? {
        optionalInteger(column).map { Timestamp(milliseconds: Int64($0)) }
    }

    func id(_ column: Int) throws(StorageError) -> UUIDv7 {
        guard let id = UUIDv7(text(column)) else {
            throw StorageError(.corrupt, "a row has the id \(text(column)), which is no UUID")
        }
        return id
    }

    /// What another program put there and isn't a list reads as empty: one row must not hide all others.
    func texts(_ column: Int) -> [String] {
        guard let text = optionalText(column), text != "[]" else { return [] }
        let bytes = text.utf8Span.span
        guard let array = try? JSONScanner.validate(bytes) else { return [] }
        return (try? JSONScanner.strings(bytes, array, limit: .max)) ?? []
    }

    func ids(_ column: Int) -> [String] { texts(column) }
    func json(_ column: Int) -> String { text(column) }
}
