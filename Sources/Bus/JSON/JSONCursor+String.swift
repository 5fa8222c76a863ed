extension JSONCursor {
    /// A string from its opening quote, where the position is, to behind its closing quote.
    mutating func skipString() throws(JSONError) {
        position += 1
        while true {
            position = plainEnd(from: position)
            let byte = try current()
            if byte == UInt8(ascii: "\"") {
                position += 1
                return
            }
            try skipUnusual(byte)
        }
    }

    /// The first offset that holds something other than printable ASCII or holds a quote or a backslash. Nearly every
    /// byte of nearly every string is plain, so eight are looked at together.
    @inline(__always)
    private func plainEnd(from start: Int) -> Int {
        var offset = start
        while offset + 8 <= end {
            let stops = bytes.stopBits(at: offset)
            if stops != 0 { return offset + (stops.trailingZeroBitCount >> 3) }
            offset += 8
        }
        while offset < end, bytes[offset].isPlainInJSONString { offset += 1 }
        return offset
    }

    @inline(never)
    private mutating func skipUnusual(_ byte: UInt8) throws(JSONError) {
        if byte == UInt8(ascii: "\\") {
            sawEscape = true
            try skipEscape()
        } else if byte >= 0x80 {
            try skipMultibyte(lead: byte)
        } else {
            throw JSONError(.controlCharacter, at: position)
        }
    }

    private mutating func skipEscape() throws(JSONError) {
        let start = position
        position += 1
        switch try current() {
        case UInt8(ascii: "u"):
            position += 1
            try skipUnicodeEscape(from: start)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        default: throw JSONError(.invalidEscape, at: start)
        }
    }

    private mutating func skipUnicodeEscape(from start: Int) throws(JSONError) {
        let unit = try hexUnit(from: start)
        guard unit & 0xF800 == 0xD800 else { return }
        // A high half takes the low half behind it along; anything else leaves a half alone.
        guard unit < 0xDC00, position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else {
            sawLoneSurrogate = true
            return
        }
        let second = position
        position += 2
        if try hexUnit(from: second) & 0xFC00 != 0xDC00 {
            sawLoneSurrogate = true
            // It may itself be the high half of a pair: read it again on its own.
            position = second
        }
    }

    /// The four hexadecimal digits at the position.
    mutating func hexUnit(from start: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = try current().hexadecimalValue else { throw JSONError(.invalidEscape, at: start) }
            unit = unit << 4 | digit
            position += 1
        }
        return unit
    }

    /// One character of two to four bytes: the table of RFC 3629 section 4.
    private mutating func skipMultibyte(lead: UInt8) throws(JSONError) {
        let start = position
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let continuations: Int
        switch lead {
        case 0xC2...0xDF: continuations = 1
        case 0xE0...0xEF:
            continuations = 2
            // E0: not in two bytes already; ED: not a surrogate.
            if lead == 0xE0 { second = 0xA0...0xBF } else if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            continuations = 3
            // F0: not in three bytes already; F4: not above U+10FFFF.
            if lead == 0xF0 { second = 0x90...0xBF } else if lead == 0xF4 { second = 0x80...0x8F }
        default: throw JSONError(.invalidUTF8, at: start)
        }
        position += 1
        for _ in 0..<continuations {
            guard second.contains(try current()) else { throw JSONError(.invalidUTF8, at: start) }
            second = 0x80...0xBF
            position += 1
        }
    }
}

extension UInt8 {
    /// May stand in a JSON string as it is, and is one whole character.
    var isPlainInJSONString: Bool {
        self >= 0x20 && self < 0x80 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }

    var hexadecimalValue: UInt32? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(self - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(self - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
