internal import Bus

/// Takes the primitive values of `RecordCoder` from the front of some bytes. Every length is checked against what is
/// left, so damaged bytes can neither trap nor make the reader allocate much.
struct RecordReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    static func damaged(_ what: String) -> StorageError {
        StorageError(.corrupt, "a record of the journal is damaged: \(what)")
    }

    mutating func byte() throws(StorageError) -> UInt8 {
        guard position < bytes.count else { throw Self.damaged("it ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func word() throws(StorageError) -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<8 { value = value << 8 | UInt64(try byte()) }
        return value
    }

    mutating func unsigned() throws(StorageError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let next = try byte()
            // The tenth byte has room for one bit only.
            guard shift < 63 || next <= 1 else { break }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
        }
        throw Self.damaged("a number is too long")
    }

    mutating func signed() throws(StorageError) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1 ^ (0 &- (value & 1)))
    }

    mutating func timestamp() throws(StorageError) -> Timestamp {
        let milliseconds = try signed()
        let timestamp = Timestamp(milliseconds: milliseconds)
        guard timestamp.milliseconds == milliseconds else { throw Self.damaged("a time out of range") }
        return timestamp
    }

    mutating func text() throws(StorageError) -> String {
        let length = try count()
        defer { position += length }
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(position..<position + length)))
        } catch {
            throw Self.damaged("a text is not UTF-8")
        }
    }

    mutating func blob() throws(StorageError) -> [UInt8] {
        let length = try count()
        defer { position += length }
        return unsafe bytes.extracting(position..<position + length).withUnsafeBufferPointer { unsafe Array($0) }
    }

    mutating func list() throws(StorageError) -> [String] {
        try list { (reader) throws(StorageError) in try reader.text() }
    }

    mutating func list<Element>(
        _ element: (inout RecordReader) throws(StorageError) -> Element
    ) throws(StorageError) -> [Element] {
        // Each entry takes at least one byte, so a count beyond what is left is damage.
        let entries = try count()
        var values: [Element] = []
        values.reserveCapacity(min(entries, 64))
        for _ in 0..<entries { values.append(try element(&self)) }
        return values
    }

    func expectEnd() throws(StorageError) {
        guard position == bytes.count else { throw Self.damaged("\(bytes.count - position) bytes too many") }
    }

    /// A length or count that fits into what is left.
    private mutating func count() throws(StorageError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(bytes.count - position) else { throw Self.damaged("a length beyond the end") }
        return Int(value)
    }
}
