internal import Bus

extension PostgresStore: StatementRunner {
    var dialect: SQLDialect { .postgres }

    func read<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row] {
        try await reader.run(PostgresCommand(statement)).rows(row)
    }

    /// One statement is a transaction of its own.
    func write<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row] {
        try await read(statement, row)
    }

    func change(_ statement: StoreStatement) async throws(StorageError) -> Int {
        try await reader.run(PostgresCommand(statement)).affectedRows
    }

    func changeAlone(_ statement: StoreStatement) async throws(StorageError) -> Int? {
        try await reader.runAlone(PostgresCommand(statement))?.affectedRows
    }

    func writeAlone<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row]? {
        try await reader.runAlone(PostgresCommand(statement))?.rows(row)
    }
}

extension PostgresReader {
    /// Runs a statement in a transaction that holds the lock of cleaning, which ends with it in any case; nil if another
    /// server has the lock.
    fileprivate func runAlone(_ command: PostgresCommand) async throws(StorageError) -> PostgresResult? {
        try await withConnection { connection throws(StorageError) in
            let begun = try await connection.run([
                PostgresCommand("BEGIN", isPrepared: false), PostgresCommand(PostgresStatements.tryLockCleaning),
            ])
            // The transaction ends when the connection is given back.
            guard begun.last?.bool(0, 0) == true else { return nil }
            return try await connection.run([command, PostgresCommand("COMMIT", isPrepared: false)]).first
        }
    }
}

extension PostgresCommand {
    fileprivate init(_ statement: StoreStatement) {
        self = statement.parameters.reduce(PostgresCommand(statement.sql)) { command, parameter in
            switch parameter {
            case .text(let text): command.with(text)
            case .integer(let integer): command.with(integer)
            case .time(let time): command.with(time)
            case .id(let id): command.with(id)
            case .json(let text): command.with(PostgresJSON(text: text))
            }
        }
    }
}

extension PostgresResult {
    fileprivate func rows<Row>(_ row: ReadRow<Row>) throws(StorageError) -> [Row] {
        var rows: [Row] = []
        for number in 0..<count { rows.append(try row(PostgresRow(result: self, row: number))) }
        return rows
    }
}

private struct PostgresRow: StoreRow {
    let result: PostgresResult
    let row: Int

    func text(_ column: Int) -> String { result.text(row, column) }
    func optionalText(_ column: Int) -> String? { result.optionalText(row, column) }
    func integer(_ column: Int) -> Int { Int(result.integer(row, column)) }
    func optionalInteger(_ column: Int) -> Int? { result.optionalInteger(row, column) }
    func time(_ column: Int) -> Timestamp { result.timestamp(row, column) }
    func optionalTime(_ column: Int) -> Timestamp? { result.optionalTimestamp(row, column) }
    func id(_ column: Int) -> UUIDv7 { result.uuid(row, column) }
    func texts(_ column: Int) -> [String] { result.texts(row, column) }
    func ids(_ column: Int) -> [String] { result.uuids(row, column).map(\.description) }
    func json(_ column: Int) -> String { result.json(row, column) }
}
