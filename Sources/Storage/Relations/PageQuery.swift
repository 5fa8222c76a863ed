internal import Bus

/// Builds the statement for a page of a table.
///
/// A page ends before its limit when its texts take more than `Page.textLimit` characters. The store counts, so that no
/// more is sent: a thousand prompts can be a gigabyte.
struct PageQuery: Sendable {
    /// How a list is sorted; the id decides between equals.
    enum Order: Sendable {
        case newest(String)
        case oldest(String)
        case waves

        fileprivate var columns: [String] {
            switch self {
            case .newest(let time), .oldest(let time): [time, "id"]
            case .waves: ["wave_number", "created_at", "id"]
            }
        }

        fileprivate var isDescending: Bool {
            if case .newest = self { true } else { false }
        }
    }

    private let table: String
    private let columns: [String]
    private let order: Order
    private let textColumns: [String]
    private var conditions: [String] = []
    private var parameters: [StoreValue] = []

    /// - Parameter textColumns: Columns that may be long.
    init(_ table: String, _ columns: [String], by order: Order, texts textColumns: [String]) {
        self.table = table
        self.columns = columns
        self.order = order
        self.textColumns = textColumns
    }

    /// Rows must have this value.
    mutating func require(_ column: String, _ value: StoreValue) { require({ "\(column) = \($0)" }, value) }

    /// Rows must fulfil a condition with a parameter.
    mutating func require(_ condition: (_ parameter: String) -> String, _ value: StoreValue) {
        parameters.append(value)
        conditions.append(condition("$\(parameters.count)"))
    }

    /// Rows must fulfil a condition without parameters.
    mutating func require(_ condition: String) { conditions.append(condition) }

    /// How many rows fulfil the conditions, whatever the page.
    var count: StoreQuery<Int> {
        StoreQuery("SELECT count(*) FROM \(table) \(filter)", parameters) { $0.integer(0) }
    }

    private var filter: String { conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))" }

    /// The page, each row with the characters up to and including it. One row more than the limit tells that there are
    /// more.
    func rows<Row: Sendable>(
        of page: Page,
        id: (String) -> StoreValue,
        row: @escaping @Sendable (any StoreRow) throws(StorageError) -> Row
    ) -> StoreQuery<(row: Row, reached: Int)> {
        var query = self
        if let cursor = page.cursor { query.goBehind(cursor, id: id) }
        let direction = order.isDescending ? " DESC" : ""
        let sorted = order.columns.map { $0 + direction }.joined(separator: ", ")
        let own = textColumns.map { "COALESCE(length(CAST(\($0) AS TEXT)), 0)" }.joined(separator: " + ")
        let names = columns.joined(separator: ", ")
        let place = query.parameters.count
        let sql = """
            SELECT \(names), reached FROM (
                SELECT \(names), own, sum(own) OVER (ORDER BY \(sorted) ROWS UNBOUNDED PRECEDING) AS reached FROM (
                    SELECT \(names), \(own.isEmpty ? "0" : own) AS own FROM \(table) \(query.filter)
                    ORDER BY \(sorted) LIMIT $\(place + 1) OFFSET $\(place + 2)
                ) AS page
            ) AS sized WHERE reached - own < \(Page.textLimit) ORDER BY \(sorted)
            """
        let last = columns.count
        return StoreQuery(sql, query.parameters + [.integer(page.limit + 1), .integer(page.offset)]) {
            (found) throws(StorageError) in
            (try row(found), found.integer(last))
        }
    }

    private mutating func goBehind(_ cursor: PageCursor, id: (String) -> StoreValue) {
        var values: [StoreValue] = [.time(cursor.time), id(cursor.id)]
        if case .waves = order { values.insert(.integer(cursor.number ?? 0), at: 0) }
        let places = values.indices.map { "$\(parameters.count + $0 + 1)" }.joined(separator: ", ")
        parameters += values
        let columns = order.columns.joined(separator: ", ")
        conditions.append("(\(columns)) \(order.isDescending ? "<" : ">") (\(places))")
    }
}

extension RelationalStore {
    /// Runs a page's statement.
    func page<Row>(
        _ query: PageQuery,
        _ page: Page,
        id: (String) -> StoreValue = { .id(UUIDv7($0) ?? UUIDv7(high: 0, low: 0)) },
        cursor: (Row) -> PageCursor,
        row: @escaping @Sendable (any StoreRow) throws(StorageError) -> Row
    ) async throws(StorageError) -> PageRows<Row> {
        let found = try await rows(query.rows(of: page, id: id, row: row))
        let rows = found.prefix(page.limit).map(\.row)
        let isFull = found.count > page.limit || (found.last?.reached ?? 0) >= Page.textLimit
        return PageRows(rows: rows, next: isFull ? rows.last.map(cursor) : nil)
    }
}
