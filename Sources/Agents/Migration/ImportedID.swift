internal import Bus
internal import Crypto
internal import Storage

/// The id of an imported row: a UUID of version 8 (RFC 9562 section 5.8) that follows from the row, so that reading it
/// again finds it there.
///
/// 48 bits of its time as in version 7, so that the order of ids is that of time; then the beginning of a SHA-256 over
/// the name of the source, the rowid and the values as they are stored there.
enum ImportedID {
    static func make(source: String, row: OldRow, values: [OldValue], at time: Timestamp) -> UUIDv7 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        append(length: source.utf8.count, to: &bytes)
        bytes.append(contentsOf: source.utf8)
        append(UInt64(bitPattern: row.rowID), to: &bytes)
        for value in values { append(value, to: &bytes) }
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in SHA256.hash(data: bytes).prefix(16).enumerated() {
            if index < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        return UUIDv7(
            high: UInt64(clamping: time.milliseconds) << 16 | 0x8000 | words.0 & 0xFFF,
            low: words.1 >> 2 | 0x8000_0000_0000_0000
        )
    }

    /// Its type, and for texts and blobs their length: no two rows are the same bytes.
    private static func append(_ value: OldValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0)
        case .integer(let value):
            bytes.append(1)
            append(UInt64(bitPattern: value), to: &bytes)
        case .real(let value):
            bytes.append(2)
            append(value.bitPattern, to: &bytes)
        case .text(let text):
            bytes.append(3)
            append(length: text.count, to: &bytes)
            bytes += text
        case .blob(let blob):
            bytes.append(4)
            append(length: blob.count, to: &bytes)
            bytes += blob
        }
    }

    private static func append(length: Int, to bytes: inout [UInt8]) { append(UInt64(length), to: &bytes) }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}
