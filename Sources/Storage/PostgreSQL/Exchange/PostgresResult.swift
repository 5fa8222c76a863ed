internal import Bus
internal import CPQ

/// What the server answered to one statement; rows and columns count from 0, values are in binary form.
@safe
final class PostgresResult: @unchecked Sendable {
    // Sendable: libpq doesn't change a result after it has handed it out, and reading it from several threads is
    // allowed (libpq manual, "Behavior in Threaded Programs").
    private let result: OpaquePointer

    enum Status: Equatable {
        /// The statement succeeded, with or without rows.
        case done
        case copyIn
        case copyOut
        /// Everything up to a synchronisation point was answered.
        case synchronised
        /// Not run, because an earlier statement of the pipeline failed.
        case skipped
        case failed
    }

    /// Takes the result over.
    init(_ result: OpaquePointer) { unsafe self.result = result }

    deinit { unsafe PQclear(result) }

    var status: Status {
        switch unsafe PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: .done
        case PGRES_COPY_IN: .copyIn
        case PGRES_COPY_OUT: .copyOut
        case PGRES_PIPELINE_SYNC: .synchronised
        case PGRES_PIPELINE_ABORTED: .skipped
        default: .failed
        }
    }

    /// Why it failed.
    var error: StorageError {
        let whole = unsafe String(cString: PQresultErrorMessage(result)).trimmed
        let message = field(dcm_PG_DIAG_MESSAGE_PRIMARY) ?? whole
        let detail = field(dcm_PG_DIAG_MESSAGE_DETAIL).map { ": \($0)" } ?? ""
        return StorageError(postgres: message + detail, sqlState: field(dcm_PG_DIAG_SQLSTATE))
    }

    /// A field of an error or notice.
    func field(_ code: Int32) -> String? {
        guard let text = unsafe PQresultErrorField(result, code) else { return nil }
        return unsafe String(cString: text)
    }

    /// Rows of the answer.
    var count: Int { unsafe Int(PQntuples(result)) }

    /// Rows that an INSERT, UPDATE, DELETE or COPY touched.
    var affectedRows: Int { unsafe Int(String(cString: PQcmdTuples(result))) ?? 0 }

    // MARK: - Values

    func isNull(_ row: Int, _ column: Int) -> Bool {
        unsafe PQgetisnull(result, Int32(row), Int32(column)) == 1
    }

    /// A bigint, integer or smallint; 0 for NULL.
    func integer(_ row: Int, _ column: Int) -> Int64 {
        withBytes(row, column) { bytes in
            var value: Int64 = bytes.count > 0 && bytes[0] & 0x80 != 0 ? -1 : 0
            for index in bytes.indices { value = value << 8 | Int64(bytes[index]) }
            return value
        }
    }

    func optionalInteger(_ row: Int, _ column: Int) -> Int? {
        isNull(row, column) ? nil : Int(integer(row, column))
    }

    /// A double precision.
    func real(_ row: Int, _ column: Int) -> Double {
        Double(bitPattern: UInt64(bitPattern: integer(row, column)))
    }

    func bool(_ row: Int, _ column: Int) -> Bool { integer(row, column) == 1 }

    func uuid(_ row: Int, _ column: Int) -> UUIDv7 {
        withBytes(row, column) { PostgresResult.uuid($0) }
    }

    /// A timestamptz, cut to milliseconds.
    func timestamp(_ row: Int, _ column: Int) -> Timestamp {
        // Towards the past, also before 2000.
        let microseconds = integer(row, column)
        let remainder = microseconds % 1000
        // A thousandth of any number stays far from the ends of the range.
        return Timestamp(milliseconds: microseconds / 1000 - (remainder < 0 ? 1 : 0) + Timestamp.postgresEpoch)
    }

    func optionalTimestamp(_ row: Int, _ column: Int) -> Timestamp? {
        isNull(row, column) ? nil : timestamp(row, column)
    }

    func text(_ row: Int, _ column: Int) -> String {
        withBytes(row, column) { PostgresText.decode($0) }
    }

    func optionalText(_ row: Int, _ column: Int) -> String? {
        isNull(row, column) ? nil : text(row, column)
    }

    /// The text of a jsonb.
    func json(_ row: Int, _ column: Int) -> String {
        // One byte says which binary form follows; there is only the text.
        withBytes(row, column) { PostgresText.plain($0.extracting(min(1, $0.count)..<$0.count)) }
    }

    func bytes(_ row: Int, _ column: Int) -> [UInt8] {
        withBytes(row, column) { bytes in unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) } }
    }

    /// A text[] of one dimension; NULLs in it are left out.
    func texts(_ row: Int, _ column: Int) -> [String] {
        withBytes(row, column) { PostgresArray.texts($0) }
    }

    /// A uuid[] of one dimension.
    func uuids(_ row: Int, _ column: Int) -> [UUIDv7] {
        withBytes(row, column) { bytes in
            PostgresArray.elements(bytes) { PostgresResult.uuid($0) }
        }
    }

    private static func uuid(_ bytes: Span<UInt8>) -> UUIDv7 {
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for index in bytes.indices {
            words = (words.high << 8 | words.low >> 56, words.low << 8 | UInt64(bytes[index]))
        }
        return UUIDv7(high: words.high, low: words.low)
    }

    /// The bytes of a value in place, valid inside of `body`.
    private func withBytes<Value>(_ row: Int, _ column: Int, _ body: (Span<UInt8>) -> Value) -> Value {
        let length = unsafe Int(PQgetlength(result, Int32(row), Int32(column)))
        guard let start = unsafe PQgetvalue(result, Int32(row), Int32(column)), length > 0 else { return body(Span()) }
        return unsafe start.withMemoryRebound(to: UInt8.self, capacity: length) { start in
            let bytes = unsafe UnsafeBufferPointer(start: start, count: length)
            return body(unsafe Span(_unsafeElements: bytes))
        }
    }
}

extension String {
    /// Without white space and line ends at the end, which libpq puts behind its messages.
    var trimmed: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
