extension Unicode.Scalar {
    /// A letter, a mark (accents may follow their letter as code points of their own), a digit, `-` or `_`.
    var isKeywordScalar: Bool {
        if isASCII { return UInt8(truncatingIfNeeded: value).isKeywordByte }
        return switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber:
            true
        default: false
        }
    }
}

extension Span<UInt8> {
    /// The character of several bytes at the position, which moves behind it; nil and one byte on when there is none.
    func scalar(at position: inout Int) -> Unicode.Scalar? {
        let lead = self[position]
        position += 1
        let continuations = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1
        guard lead >= 0xC0, position + continuations <= count else { return nil }
        var value = UInt32(lead) & (0x3F >> UInt32(continuations))
        for offset in position..<position + continuations {
            guard self[offset] & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(self[offset] & 0x3F)
        }
        position += continuations
        return Unicode.Scalar(value)
    }

    /// The character of the JSON escape at the position, which moves behind it; nil when it names none that could stand
    /// in a word.
    func escapedScalar(at position: inout Int) -> Unicode.Scalar? {
        guard let high = escapedUnit(at: position) else {
            position = Swift.min(position + 2, count)
            return nil
        }
        position += 6
        guard high & 0xFC00 == 0xD800, let low = escapedUnit(at: position), low & 0xFC00 == 0xDC00 else {
            return Unicode.Scalar(high)
        }
        position += 6
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    /// The number in `\u0041` at the offset.
    private func escapedUnit(at offset: Int) -> UInt32? {
        guard offset + 6 <= count, self[offset] == UInt8(ascii: "\\"), self[offset + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for index in offset + 2..<offset + 6 {
            guard let digit = Character(Unicode.Scalar(self[index])).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
