extension [UInt8] {
    /// The string in quotes. Escaped are quote, backslash and what lies below U+0020, and nothing else: U+2028 and
    /// U+2029 are plain characters of JSON.
    package mutating func appendJSONString(_ string: String) {
        append(UInt8(ascii: "\""))
        let text = string.utf8Span.span
        var position = 0
        while true {
            let end = text.firstEscapedInJSON(from: position)
            append(copying: text.extracting(position..<end))
            guard end < text.count else { break }
            appendJSONEscape(of: text[end])
            position = end + 1
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendJSONEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        default:
            append(contentsOf: "u00".utf8)
            append(hexadecimalDigit(byte >> 4))
            append(hexadecimalDigit(byte & 0xF))
        }
    }

    private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The integer in decimal digits, without a detour through a `String`.
    package mutating func appendDecimal(_ integer: Int64) {
        // The largest magnitude, 2^63, has 19 digits.
        var digits = [19 of UInt8](repeating: 0)
        var rest = integer.magnitude
        var first = 19
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if integer < 0 { append(UInt8(ascii: "-")) }
        for index in first..<19 { append(digits[index]) }
    }
}
