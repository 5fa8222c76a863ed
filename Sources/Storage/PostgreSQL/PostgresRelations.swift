internal import Bus

extension PostgresCommand {
    /// A statement of both stores. Those whose text depends on what is asked for aren't kept prepared by that: the
    /// cache forgets what isn't used.
    init(_ command: StoreCommand) {
        self.init(command.sql)
        for value in command.parameters {
            self =
                switch value {
                case .text(let text): with(text)
                case .integer(let number): with(number)
                case .id(let id): with(id)
                case .time(let time): with(time)
                case .json(let json): with(json.map { PostgresJSON(text: String(decoding: $0, as: UTF8.self)) })
                case .ids(let ids?): with(array: ids)
                case .ids(nil): withNoIDs()
                }
        }
    }

    private func withNoIDs() -> PostgresCommand { with(nil as PostgresIDs?) }
}

/// The type of a missing array of UUIDs.
private struct PostgresIDs: PostgresEncodable {
    static var type: PostgresType { PostgresType(oid: PostgresType.uuid.arrayOID, arrayOID: 0) }
    func encode(into bytes: inout [UInt8]) {}
}

extension PostgresReader {
    /// SQLSTATE of a row that names another one that isn't there.
    private static let noParent = "23503"

    func rows<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row] {
        try PostgresReader.rows(of: try await run(PostgresCommand(query.command)), query)
    }

    func change<Row>(_ change: StoreChange<Row>) async throws(StorageError) -> [Row] {
        let statements = (change.locks + change.first + [change.query.command]).map { PostgresCommand($0) }
        do throws(StorageError) {
            guard statements.count > 1 else { return try await rows(change.query) }
            let commands =
                [PostgresCommand("BEGIN", isPrepared: false)] + statements
                + [PostgresCommand("COMMIT", isPrepared: false)]
            let results = try await runAll(commands)
            return try PostgresReader.rows(of: results[results.count - 2], change.query)
        } catch {
            // What it belongs to was deleted between the look and the insertion.
            if error.sqlState == PostgresReader.noParent { return [] }
            throw error
        }
    }

    static func rows<Row>(
        of result: PostgresResult,
        _ query: StoreQuery<Row>
    ) throws(StorageError) -> [Row] {
        var rows: [Row] = []
        for row in 0..<result.count { rows.append(try query.row(PostgresRow(result: result, row: row))) }
        return rows
    }
}

private struct PostgresRow: StoreRow {
    let result: PostgresResult
    let row: Int

    func isNull(_ column: Int) -> Bool { result.isNull(row, column) }
    func text(_ column: Int) -> String { result.text(row, column) }
    func integer(_ column: Int) -> Int { Int(result.integer(row, column)) }
    func real(_ column: Int) -> Double { result.real(row, column) }
    func id(_ column: Int) throws(StorageError) -> UUIDv7 { result.uuid(row, column) }
    func time(_ column: Int) -> Timestamp { result.timestamp(row, column) }
    func json(_ column: Int) -> [UInt8] { Array(result.json(row, column).utf8) }
    func ids(_ column: Int) -> [UUIDv7] { result.uuids(row, column) }
    func texts(_ column: Int) -> [String] { result.texts(row, column) }
}
