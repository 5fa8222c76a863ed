package import Bus

/// Which part of a list is asked for.
package struct Page: Equatable, Sendable {
    package var limit: Int
    package var offset: Int
    /// The part behind this row.
    package var cursor: PageCursor?

    /// Characters of texts after which a page ends, but not before its first row.
    package static let textLimit = 4 << 20

    package init(limit: Int = 100, offset: Int = 0, cursor: PageCursor? = nil) {
        self.limit = limit
        self.offset = offset
        self.cursor = cursor
    }
}

/// A place in a sorted list: what its row is sorted by. It stays right when rows come and go before it.
package struct PageCursor: Equatable, Sendable {
    /// For lists that are sorted by a number first.
    package var number: Int?
    package var time: Timestamp
    package var id: String

    package init(number: Int? = nil, time: Timestamp, id: String) {
        self.number = number
        self.time = time
        self.id = id
    }
}

/// A part of a list.
package struct PageRows<Row: Sendable>: Sendable {
    package var rows: [Row]
    /// Where the next part begins; nil at the end.
    package var next: PageCursor?

    package init(rows: [Row], next: PageCursor?) {
        self.rows = rows
        self.next = next
    }
}

extension PageRows: Equatable where Row: Equatable {}
