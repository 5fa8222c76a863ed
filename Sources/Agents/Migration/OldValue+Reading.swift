internal import Storage

/// How values of no fixed type are taken for what a column should hold.
extension OldValue {
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
            // Nearly every text is whole, and a migration reads millions of them.
            if !bytes.contains(0), let text = try? UTF8Span(validating: bytes.span) {
                return (String(copying: text), false)
            }
            return (OldValue.withoutNUL(String(decoding: bytes, as: UTF8.self)), true)
        }
    }

    /// U+FFFD in the place of each U+0000.
    static func withoutNUL(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// The same without white space around it; nil if nothing else is there.
    var trimmedText: (string: String, isRepaired: Bool)? {
        guard let text = repairedText else { return nil }
        let utf8 = text.string.utf8
        guard let first = utf8.first, let last = utf8.last, first.isBlank || last.isBlank else { return text }
        let trimmed = Array(utf8).trimmed
        return trimmed.isEmpty ? nil : (String(decoding: trimmed, as: UTF8.self), true)
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
            let text = bytes.trimmed
            // `Double` also reads "inf", "nan" and hexadecimal digits, which no hook ever meant.
            guard text.allSatisfy(\.isOfNumber), let value = Double(String(decoding: text, as: UTF8.self)),
                value.isFinite
            else { return nil }
            return value
        }
    }

    /// A number taken for a whole one: rounded, and only within `range`; nil for anything else, also for NULL.
    func whole(in range: ClosedRange<Int>) -> (value: Int, isRepaired: Bool)? {
        if case .integer(let value) = self {
            guard let value = Int(exactly: value), range.contains(value) else { return nil }
            return (value, false)
        }
        guard let number, let value = Int(exactly: number.rounded()), range.contains(value) else { return nil }
        return (value, number != number.rounded())
    }

    /// Whether nothing was written: NULL, or a text without a character that shows.
    var isAbsent: Bool {
        switch self {
        case .null: true
        case .text(let bytes), .blob(let bytes): bytes.allSatisfy(\.isBlank)
        case .integer, .real: false
        }
    }
}

extension UInt8 {
    /// White space of ASCII.
    var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    /// A digit, a sign, a point or what stands before an exponent.
    fileprivate var isOfNumber: Bool {
        switch self {
        case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}

extension [UInt8] {
    /// Without white space of ASCII at either end.
    var trimmed: ArraySlice<UInt8> {
        guard let first = firstIndex(where: { !$0.isBlank }), let last = lastIndex(where: { !$0.isBlank }) else {
            return []
        }
        return self[first...last]
    }
}
