/// One column of one row of the old database, as SQLite stored it. Columns there have no fixed type: what a hook wrote
/// is what is found.
package enum OldValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    /// The bytes of a TEXT, which need not be UTF-8 and may have NUL in them.
    case text([UInt8])
    case blob([UInt8])

    /// The text that a person would see, and whether it had to be repaired; nil for NULL and for empty text.
    ///
    /// Numbers become their digits, blobs are taken for text. Bytes that are no UTF-8 and U+0000, which no name may
    /// have, become U+FFFD each.
    var repairedText: (string: String, isRepaired: Bool)? {
        switch self {
        case .null: return nil
        case .integer(let value): return (String(value), false)
        case .real(let value): return (OldValue.digits(of: value), false)
        case .text(let bytes), .blob(let bytes):
            guard !bytes.isEmpty else { return nil }
            let decoded = String(decoding: bytes, as: UTF8.self)
            guard bytes.contains(0) || !decoded.utf8.elementsEqual(bytes) else { return (decoded, false) }
            let scalars = decoded.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }
            return (String(String.UnicodeScalarView(scalars)), true)
        }
    }

    /// A whole number without a fraction, as `sqlite3` would show an integer column that was written as 3.0.
    private static func digits(of value: Double) -> String {
        guard let whole = Int64(exactly: value) else { return String(value) }
        return String(whole)
    }

    /// The number that the value is or that its text spells; nil for anything else, also for NULL.
    var number: Double? {
        switch self {
        case .null: return nil
        case .integer(let value): return Double(value)
        case .real(let value): return value.isFinite ? value : nil
        case .text(let bytes), .blob(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            // `Double` also reads "inf", "nan" and hexadecimal digits, which no hook ever meant.
            let isPlain = text.utf8.allSatisfy { $0.isDigit || ".+-eE".utf8.contains($0) }
            guard isPlain, let value = Double(text), value.isFinite else { return nil }
            return value
        }
    }

    /// Whether nothing was written: NULL, or a text without a character.
    var isAbsent: Bool {
        switch self {
        case .null: true
        case .text(let bytes), .blob(let bytes): bytes.isEmpty
        case .integer, .real: false
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
