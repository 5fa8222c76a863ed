/// Checks that bytes are UTF-8 (Unicode 16 table 3-7, RFC 3629), in pieces that may be cut anywhere.
///
/// It fails at the first byte that no valid text could have at that place, which is as early as RFC 6455 section 8.1 can be
/// obeyed.
package struct UTF8Validator: Sendable, Equatable {
    /// Continuation bytes that the scalar under way still needs.
    private var needed: UInt8 = 0
    /// The range of the next continuation byte. It is narrower than 80...BF only after E0, ED, F0 and F4, which is where
    /// overlong forms, surrogates and values above U+10FFFF are told apart.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF
    private var failed = false

    /// A validator at the start of a text.
    package init() {}

    /// Whether everything so far is valid and no scalar is cut off.
    package var isComplete: Bool { needed == 0 && !failed }

    /// Takes the next piece. False once anything was invalid; it stays false.
    package mutating func consume(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        while !failed, index < bytes.count {
            if needed == 0 {
                index = WordwiseBytes.endOfASCII(in: bytes, from: index)
                guard index < bytes.count else { break }
                begin(bytes[index])
            } else {
                proceed(bytes[index])
            }
            index += 1
        }
        return !failed
    }

    /// Whether `bytes` are one complete UTF-8 text.
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        var validator = UTF8Validator()
        return validator.consume(bytes) && validator.isComplete
    }

    private mutating func begin(_ lead: UInt8) {
        switch lead {
        case 0xC2...0xDF: needed = 1
        case 0xE0...0xEF:
            needed = 2
            if lead == 0xE0 { lowest = 0xA0 }
            if lead == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            needed = 3
            if lead == 0xF0 { lowest = 0x90 }
            if lead == 0xF4 { highest = 0x8F }
        default: failed = true
        }
    }

    private mutating func proceed(_ byte: UInt8) {
        failed = byte < lowest || byte > highest
        needed -= 1
        lowest = 0x80
        highest = 0xBF
    }
}
