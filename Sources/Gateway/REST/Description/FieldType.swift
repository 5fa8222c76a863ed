internal import Bus
internal import Storage

/// What a field of a body, a query or a path may hold.
enum FieldType: Sendable, Equatable {
    /// Texts have their length in bytes of UTF-8 and no U+0000: databases end a text there or refuse it.
    case text(ClosedRange<Int>)
    /// One of a closed set.
    case choice([String])
    /// A whole number. Above its range a query's number is the upper bound, so that a client that asks for everything
    /// gets as much as there is; everything else outside of it is a mistake.
    case integer(ClosedRange<Int>)
    case number
    case boolean
    case uuid
    /// ISO 8601 with `Z` or an offset.
    case time
    /// A list of texts, at most so many.
    case texts(count: Int, bytes: ClosedRange<Int>)
    /// A list of different UUIDs, at most so many.
    case uuids(count: Int)
    /// A JSON object, kept as it is.
    case object
    /// A JSON object, or a text that stands for `{"message": text}`.
    case content
    /// Any JSON value but null, kept as it is.
    case anything
}

/// The value of a field, checked.
enum FieldValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case uuid(UUIDv7)
    case time(Timestamp)
    case texts([String])
    case uuids([UUIDv7])
    /// A JSON text.
    case json([UInt8])
}
