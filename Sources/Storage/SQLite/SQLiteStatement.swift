internal import GRDB
internal import GRDBSQLite

/// A prepared statement whose texts are bound and read with their length.
///
/// GRDB's own conversions end a text at its first NUL and repair bad UTF-8 silently, and they box every value; here
/// what goes in comes out, at the price of a call. Parameters count from 1, columns from 0. It belongs to the
/// connection that prepared it and is used inside of one access to it.
@safe
struct SQLiteStatement {
    private let statement: Statement
    private let handle: OpaquePointer

    /// From the connection's cache.
    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        unsafe handle = statement.sqliteStatement
    }

    // MARK: - Parameters

    /// The place of a parameter that the statement has under a name; 0 if it has none, and binding does nothing then.
    func index(ofParameter name: String) -> Int32 { unsafe sqlite3_bind_parameter_index(handle, name) }

    func bind(_ value: String, at index: Int32) {
        unsafe value.utf8Span.span.withUnsafeBufferPointer { unsafe bind(utf8: $0, at: index) }
    }

    private func bind(utf8 bytes: UnsafeBufferPointer<UInt8>, at index: Int32) {
        // A text without bytes has no address, and SQLite takes that for NULL.
        let start = unsafe bytes.baseAddress ?? UnsafePointer(SQLiteStatement.emptyText)
        unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
            _ = unsafe sqlite3_bind_text64(
                handle,
                index,
                start,
                UInt64(bytes.count),
                SQLiteStatement.copied,
                UInt8(SQLITE_UTF8)
            )
        }
    }

    func bind(_ value: String?, at index: Int32) {
        guard let value else { return bindNull(at: index) }
        bind(value, at: index)
    }

    /// UTF-8 bytes as a text.
    func bind(text value: [UInt8], at index: Int32) {
        unsafe value.withUnsafeBufferPointer { unsafe bind(utf8: $0, at: index) }
    }

    func bind(_ value: Int64, at index: Int32) {
        _ = unsafe sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ value: Int?, at index: Int32) {
        guard let value else { return bindNull(at: index) }
        bind(Int64(value), at: index)
    }

    func bind(_ value: Double, at index: Int32) {
        _ = unsafe sqlite3_bind_double(handle, index, value)
    }

    func bind(_ value: [UInt8], at index: Int32) {
        unsafe value.withUnsafeBufferPointer { bytes in
            let start = unsafe bytes.baseAddress ?? UnsafePointer(SQLiteStatement.emptyText)
            _ = unsafe sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), SQLiteStatement.copied)
        }
    }

    func bindNull(at index: Int32) {
        _ = unsafe sqlite3_bind_null(handle, index)
    }

    // MARK: - Running

    /// Runs a statement that returns no rows and makes it ready for the next parameters.
    func run() throws {
        _ = try step()
        reset()
    }

    /// The next row; false after the last one, and then the statement is ready for the next parameters.
    func step() throws -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            reset()
            return false
        case let code:
            let connection = unsafe sqlite3_db_handle(handle)
            let message = unsafe String(cString: sqlite3_errmsg(connection))
            reset()
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    /// Ends a statement before its last row. A read that isn't ended holds back check-points.
    func reset() {
        _ = unsafe sqlite3_reset(handle)
    }

    // MARK: - Columns

    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: Int32) -> Int? {
        isNull(column) ? nil : Int(integer(column))
    }

    func real(_ column: Int32) -> Double {
        unsafe sqlite3_column_double(handle, column)
    }

    /// Bytes that are no UTF-8 are replaced: they can only come from another program.
    func text(_ column: Int32) -> String {
        withBytes(column) { bytes in
            do {
                return String(copying: try UTF8Span(validating: bytes))
            } catch {
                return unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    /// The value as it is stored, in its own type; texts of any encoding as UTF-8.
    func oldValue(_ column: Int32) -> OldValue {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: return .integer(integer(column))
        case SQLITE_FLOAT: return .real(real(column))
        case SQLITE_BLOB: return .blob(blob(column))
        case SQLITE_NULL: return .null
        default:
            // Makes UTF-8 of UTF-16; what `blob` then reads has its length, also behind a NUL.
            _ = unsafe sqlite3_column_text(handle, column)
            return .text(blob(column))
        }
    }

    func blob(_ column: Int32) -> [UInt8] {
        withBytes(column) { bytes in unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) } }
    }

    /// The bytes of a text or blob in place, valid inside of `body`.
    func withBytes<Result, Failure: Error>(
        _ column: Int32,
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return try body(Span()) }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        let bytes = unsafe UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
        return try body(unsafe Span(_unsafeElements: bytes))
    }

    /// Tells SQLite to copy the value before the call returns (`SQLITE_TRANSIENT`).
    private static var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    nonisolated(unsafe) private static let emptyText: UnsafeMutablePointer<UInt8> = {
        let byte = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        unsafe byte.initialize(to: 0)
        return unsafe byte
    }()
}
