internal import Bus
internal import Crypto
internal import Storage

/// The id of an imported row: a UUID of version 8 (RFC 9562 section 5.8) that follows from the row, so that reading it
/// again finds it there.
///
/// 48 bits of its time as in version 7, so that the order of ids is that of time; then the beginning of a SHA-256 over
/// the name of the source, the rowid and the values as they are stored there.
enum ImportedID {
    /// - Parameters:
    ///   - indexes: Where the row has the values that make it up; nil for a column that its table doesn't have.
    ///   - bytes: Room that is used again from row to row.
    static func make(
        source: String,
        row: OldRow,
        indexes: ArraySlice<Int?>,
        at time: Timestamp,
        in bytes: inout [UInt8]
    ) -> UUIDv7 {
        bytes.removeAll(keepingCapacity: true)
        append(length: source.utf8.count, to: &bytes)
        bytes.append(contentsOf: source.utf8)
        append(UInt64(bitPattern: row.rowID), to: &bytes)
        for index in indexes { append(index.map { row.values[$0] } ?? .null, to: &bytes) }
        let words = unsafe SHA256.hash(data: bytes).withUnsafeBytes { digest in
            unsafe (
                UInt64(bigEndian: digest.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
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
        unsafe withUnsafeBytes(of: word.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}
