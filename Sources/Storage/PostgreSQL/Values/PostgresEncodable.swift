internal import Bus

/// A value that can be sent to PostgreSQL, in the binary form of its type.
protocol PostgresEncodable {
    static var type: PostgresType { get }
    /// Appends the bytes of the value, without their length.
    func encode(into bytes: inout [UInt8])
}

/// The number of a type in PostgreSQL's catalogue, and that of its arrays (`pg_type.dat`).
struct PostgresType: Equatable {
    let oid: UInt32
    let arrayOID: UInt32

    static let bool = PostgresType(oid: 16, arrayOID: 1000)
    static let bytea = PostgresType(oid: 17, arrayOID: 1001)
    static let int8 = PostgresType(oid: 20, arrayOID: 1016)
    static let int4 = PostgresType(oid: 23, arrayOID: 1007)
    static let text = PostgresType(oid: 25, arrayOID: 1009)
    static let float8 = PostgresType(oid: 701, arrayOID: 1022)
    static let timestamptz = PostgresType(oid: 1184, arrayOID: 1185)
    static let uuid = PostgresType(oid: 2950, arrayOID: 2951)
    static let jsonb = PostgresType(oid: 3802, arrayOID: 3807)
}

/// A JSON text for a column of type jsonb.
struct PostgresJSON: Equatable {
    var text: String
}

/// Bytes for a column of type bytea.
struct PostgresBytes: Equatable {
    var bytes: [UInt8]
}

extension String: PostgresEncodable {
    static var type: PostgresType { .text }
    func encode(into bytes: inout [UInt8]) { PostgresText.append(self, to: &bytes) }
}

extension Bool: PostgresEncodable {
    static var type: PostgresType { .bool }
    func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension Int32: PostgresEncodable {
    static var type: PostgresType { .int4 }
    func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
}

extension Int64: PostgresEncodable {
    static var type: PostgresType { .int8 }
    func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }
}

extension Int: PostgresEncodable {
    static var type: PostgresType { .int8 }
    func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(Int64(self)) }
}

extension Double: PostgresEncodable {
    static var type: PostgresType { .float8 }
    func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(bitPattern) }
}

extension UUIDv7: PostgresEncodable {
    static var type: PostgresType { .uuid }
    func encode(into bytes: inout [UInt8]) {
        bytes.appendBigEndian(high)
        bytes.appendBigEndian(low)
    }
}

extension Timestamp: PostgresEncodable {
    static var type: PostgresType { .timestamptz }
    /// PostgreSQL counts microseconds from 2000-01-01 in UTC.
    static let postgresEpoch: Int64 = 946_684_800_000
    func encode(into bytes: inout [UInt8]) {
        bytes.appendBigEndian((milliseconds - Timestamp.postgresEpoch) * 1000)
    }
}

extension PostgresJSON: PostgresEncodable {
    static var type: PostgresType { .jsonb }
    /// The version of the binary form, then the text.
    func encode(into bytes: inout [UInt8]) {
        bytes.append(1)
        bytes.append(contentsOf: text.utf8)
    }
}

extension PostgresBytes: PostgresEncodable {
    static var type: PostgresType { .bytea }
    func encode(into bytes: inout [UInt8]) { bytes += self.bytes }
}

extension [UInt8] {
    mutating func appendBigEndian<Number: FixedWidthInteger>(_ number: Number) {
        // In one piece: a batch has a million of them.
        unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(contentsOf: $0) }
    }

    /// A field as parameters, arrays and COPY have it: its length, then its bytes; minus one for NULL.
    mutating func appendField<Value: PostgresEncodable>(_ value: Value?) {
        guard let value else { return appendBigEndian(Int32(-1)) }
        appendMeasured { value.encode(into: &$0) }
    }

    /// A one-dimensional array as a field.
    mutating func appendArrayField<Value: PostgresEncodable>(_ values: [Value?]) {
        appendMeasured { $0.appendArray(values) }
    }

    /// The binary form of an array: dimensions, whether it has NULLs, the type of its elements, for each dimension its
    /// length and first index, then the elements as fields.
    mutating func appendArray<Value: PostgresEncodable>(_ values: [Value?]) {
        appendBigEndian(Int32(values.isEmpty ? 0 : 1))
        appendBigEndian(Int32(values.contains { $0 == nil } ? 1 : 0))
        appendBigEndian(Value.type.oid)
        guard !values.isEmpty else { return }
        appendBigEndian(Int32(values.count))
        appendBigEndian(Int32(1))
        for value in values { appendField(value) }
    }

    /// Whatever `body` appends, with its length in front.
    private mutating func appendMeasured(_ body: (inout [UInt8]) -> Void) {
        let start = count
        appendBigEndian(Int32(0))
        body(&self)
        let length = UInt32(count - start - 4)
        for index in 0..<4 { self[start + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
    }
}
