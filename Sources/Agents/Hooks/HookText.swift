internal import Bus

/// The beginning of a JSON value as text: strings are what they name, anything else is compact JSON.
///
/// Stops at the limit, so that a body of 16 MiB costs no more memory than a small one.
struct HookText {
    /// At most this many characters (code points) are kept of inputs and outputs.
    static let maximumCharacters = 10_240

    private var bytes: [UInt8] = []
    private var characters = 0
    private let limit: Int
    /// There was more.
    private(set) var isCut = false

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// - Parameter value: What the scanner found in `document`.
    init(_ document: Span<UInt8>, _ value: JSONValue, limit: Int = maximumCharacters) {
        self.limit = limit
        if value.kind == .string {
            decode(document.extracting(value.range.lowerBound + 1..<value.range.upperBound - 1))
        } else {
            compact(document.extracting(value.range))
        }
    }

    /// The beginning of a text that is no JSON.
    init(_ text: String, limit: Int = maximumCharacters) {
        self.limit = limit
        let span = text.utf8Span.span
        for index in span.indices where !isCut { append(span[index]) }
    }

    private mutating func compact(_ json: Span<UInt8>) {
        var isInString = false
        var isEscaped = false
        var offset = 0
        while offset < json.count, !isCut {
            let byte = json[offset]
            offset += 1
            if !isInString, byte <= 0x20 { continue }
            append(byte)
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
    }

    private mutating func decode(_ contents: Span<UInt8>) {
        var offset = 0
        while offset < contents.count, !isCut {
            let byte = contents[offset]
            offset += 1
            guard byte == UInt8(ascii: "\\") else {
                append(byte)
                continue
            }
            // The scanner has checked that an escape is whole.
            let escape = contents[offset]
            offset += 1
            switch escape {
            case UInt8(ascii: "b"): append(0x08)
            case UInt8(ascii: "f"): append(0x0C)
            case UInt8(ascii: "n"): append(0x0A)
            case UInt8(ascii: "r"): append(0x0D)
            case UInt8(ascii: "t"): append(0x09)
            case UInt8(ascii: "u"): append(HookText.scalar(contents, &offset))
            default: append(escape)
            }
        }
    }

    /// The character of a `\u` escape whose digits are at `offset`. Half a surrogate pair, and NUL, which the stores'
    /// texts can't hold, become U+FFFD.
    private static func scalar(_ contents: Span<UInt8>, _ offset: inout Int) -> Unicode.Scalar {
        let high = unit(contents, offset)
        offset += 4
        if high & 0xFC00 == 0xD800, offset + 6 <= contents.count, contents[offset] == UInt8(ascii: "\\"),
            contents[offset + 1] == UInt8(ascii: "u")
        {
            let low = unit(contents, offset + 2)
            if low & 0xFC00 == 0xDC00 {
                offset += 6
                return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
            }
        }
        return high == 0 ? "\u{FFFD}" : Unicode.Scalar(high) ?? "\u{FFFD}"
    }

    private static func unit(_ contents: Span<UInt8>, _ offset: Int) -> UInt32 {
        var unit: UInt32 = 0
        for index in offset..<offset + 4 {
            let digit = contents[index]
            unit = unit << 4 | UInt32(digit <= UInt8(ascii: "9") ? digit & 15 : digit & 7 + 9)
        }
        return unit
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        for byte in UTF8.encode(scalar) ?? .init() { append(byte) }
    }

    /// A byte of valid UTF-8: a character is counted, and cut off, at its first one.
    private mutating func append(_ byte: UInt8) {
        if byte & 0xC0 != 0x80 {
            guard characters < limit else {
                isCut = true
                return
            }
            characters += 1
        }
        if !isCut { bytes.append(byte) }
    }
}
