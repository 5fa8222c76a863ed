internal import Bus

/// A parameter of a statement that both stores run; each binds it in the form that its columns have.
enum StoreValue: Equatable, Sendable {
    case text(String?)
    case integer(Int?)
    case id(UUIDv7?)
    case time(Timestamp?)
    /// A JSON text.
    case json([UInt8]?)
    case ids([UUIDv7]?)
}

/// A statement with its parameters: `$1` is the first, and it may occur anywhere and more than once.
struct StoreCommand: Equatable, Sendable {
    let sql: String
    var parameters: [StoreValue] = []

    init(_ sql: String, _ parameters: [StoreValue] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// A statement that has rows, and what a row is.
struct StoreQuery<Row: Sendable>: Sendable {
    let command: StoreCommand
    let row: @Sendable (any StoreRow) throws(StorageError) -> Row

    init(
        _ sql: String,
        _ parameters: [StoreValue] = [],
        row: @escaping @Sendable (any StoreRow) throws(StorageError) -> Row
    ) {
        command = StoreCommand(sql, parameters)
        self.row = row
    }
}

/// One row while it is read; columns count from 0.
protocol StoreRow {
    func isNull(_ column: Int) -> Bool
    func text(_ column: Int) -> String
    func integer(_ column: Int) -> Int
    func real(_ column: Int) -> Double
    func id(_ column: Int) throws(StorageError) -> UUIDv7
    func time(_ column: Int) -> Timestamp
    /// A JSON text that is one, whatever another program put there.
    func json(_ column: Int) -> [UInt8]
    func ids(_ column: Int) -> [UUIDv7]
    func texts(_ column: Int) -> [String]
}

extension StoreRow {
    func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    func optionalInteger(_ column: Int) -> Int? { isNull(column) ? nil : integer(column) }
    func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }
    func optionalTime(_ column: Int) -> Timestamp? { isNull(column) ? nil : time(column) }
    func optionalJSON(_ column: Int) -> [UInt8]? { isNull(column) ? nil : json(column) }
    func optionalIDs(_ column: Int) -> [UUIDv7]? { isNull(column) ? nil : ids(column) }
    func optionalID(_ column: Int) throws(StorageError) -> UUIDv7? { isNull(column) ? nil : try id(column) }
}
