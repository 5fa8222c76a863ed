internal import Bus

/// A statement with its parameters, for whichever store. The numbers in the text follow the order of first appearance,
/// as everywhere in `Statements/`.
struct StoreStatement: Sendable {
    /// A value in the type that its column has.
    enum Parameter: Sendable {
        case text(String?)
        case integer(Int?)
        case time(Timestamp?)
        case id(UUIDv7?)
        /// JSON text without U+0000, which a jsonb can't hold.
        case json(String)
    }

    let sql: String
    let parameters: [Parameter]

    init(_ sql: String, _ parameters: Parameter...) { self.init(sql, parameters) }

    init(_ sql: String, _ parameters: [Parameter]) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// One row of an answer; columns count from 0.
protocol StoreRow {
    func text(_ column: Int) -> String
    func optionalText(_ column: Int) -> String?
    func integer(_ column: Int) -> Int
    func optionalInteger(_ column: Int) -> Int?
    func time(_ column: Int) -> Timestamp
    func optionalTime(_ column: Int) -> Timestamp?
    /// Throws `corrupt` where another program has put something else.
    func id(_ column: Int) throws(StorageError) -> UUIDv7
    /// A list of texts.
    func texts(_ column: Int) -> [String]
    /// A list of ids, as texts.
    func ids(_ column: Int) -> [String]
    /// The text of a JSON value.
    func json(_ column: Int) -> String
}

/// Makes a value of a row.
typealias ReadRow<Row> = @Sendable (any StoreRow) throws(StorageError) -> Row

/// Where the two dialects differ.
enum SQLDialect: Sendable {
    case sqlite
    case postgres
}

/// Runs statements that both dialects know: most resources need one implementation for all stores.
protocol StatementRunner: Sendable {
    var dialect: SQLDialect { get }

    /// All rows, from the reading side.
    func read<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row]

    /// Changes rows in a transaction of its own; returns those of `RETURNING`.
    func write<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row]

    /// Changes rows in a transaction of its own; returns how many.
    func change(_ statement: StoreStatement) async throws(StorageError) -> Int

    /// The same, unless another server does such work at this moment: then nil.
    func changeAlone(_ statement: StoreStatement) async throws(StorageError) -> Int?

    /// `write`, unless another server does such work at this moment: then nil.
    func writeAlone<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> [Row]?
}

extension StatementRunner {
    /// The first row, if there is one.
    func first<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> Row? {
        try await read(statement, row).first
    }

    /// The first row of `write`.
    func writeOne<Row: Sendable>(
        _ statement: StoreStatement,
        _ row: @escaping ReadRow<Row>
    ) async throws(StorageError) -> Row? {
        try await write(statement, row).first
    }
}
