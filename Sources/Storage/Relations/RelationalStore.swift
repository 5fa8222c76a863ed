/// A store that runs SQL. What the resources of `Work/` do is written once for all of them.
protocol RelationalStore: Sendable {
    var dialect: SQLDialect { get }

    /// The rows of a read.
    func rows<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> [Row]

    /// Runs a change in one transaction.
    ///
    /// - Returns: What its last statement returns; nothing too if it names a row that went meanwhile.
    func change<Row>(_ change: StoreChange<Row>) async throws(StorageError) -> [Row]
}

/// Statements of one transaction.
struct StoreChange<Row: Sendable>: Sendable {
    /// What a store with several writers has to hold first; one with a single writer runs none of them.
    var locks: [StoreCommand] = []
    /// Without rows, before the last.
    var first: [StoreCommand] = []
    /// The last statement.
    let query: StoreQuery<Row>

    init(_ query: StoreQuery<Row>) { self.query = query }
}

extension RelationalStore {
    /// The first row of a read.
    func row<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> Row? { try await rows(query).first }

    /// The only row of a read that always has one.
    func value<Row>(_ query: StoreQuery<Row>) async throws(StorageError) -> Row {
        guard let row = try await rows(query).first else {
            throw StorageError(.database, "a statement had no result")
        }
        return row
    }
}

/// Where the SQL of the stores differs.
enum SQLDialect: Sendable {
    case sqlite
    case postgres

    /// Members of `new` over those of `old`; objects inside are replaced and not merged.
    func merged(_ old: String, _ new: String) -> String {
        switch self {
        case .sqlite: "dcm_merged(\(old), \(new))"
        case .postgres: "\(old) || \(new)"
        }
    }
}
