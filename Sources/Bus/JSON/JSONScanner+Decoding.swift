extension JSONScanner {
    /// The string that the value names, its escapes decoded.
    ///
    /// - Parameters:
    ///   - bytes: The bytes that the value was found in.
    ///   - value: A value of kind `string`.
    /// - Throws: `JSONError`: `wrongKind`, or `loneSurrogate` for an escape that names no character.
    package static func string(_ bytes: Span<UInt8>, _ value: JSONValue) throws(JSONError) -> String {
        guard value.kind == .string else { throw JSONError(.wrongKind, at: value.range.lowerBound) }
        let contents = bytes.extracting(value.range.lowerBound + 1..<value.range.upperBound - 1)
        if value.hasEscapes {
            return String(decoding: try unescaped(bytes, value), as: UTF8.self)
        }
        do {
            return String(copying: try UTF8Span(validating: contents))
        } catch {
            throw JSONError(.invalidUTF8, at: value.range.lowerBound)
        }
    }

    /// Whether the string is exactly `text`, byte for byte once its escapes are decoded. Doesn't allocate unless there
    /// are escapes. False for other kinds and for strings that can't be decoded.
    package static func string(_ bytes: Span<UInt8>, _ value: JSONValue, equals text: StaticString) -> Bool {
        guard value.kind == .string else { return false }
        if let contents = value.rawStringContents {
            guard contents.count == text.utf8CodeUnitCount else { return false }
            // The pointer of a static string is valid for ever and as long as its count says.
            let expected = unsafe Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount)
            return expected.indices.allSatisfy { bytes[contents.lowerBound + $0] == expected[$0] }
        }
        guard let decoded = try? unescaped(bytes, value) else { return false }
        return text.withUTF8Buffer { unsafe $0.elementsEqual(decoded) }
    }

    /// The integer that the value names, or nil: another kind, out of range, or not a whole number.
    ///
    /// Plain digits give any `Int64` exactly. A number written with a fraction or an exponent (`1.0`, `1e2`, as some
    /// languages write whole numbers) counts when it is whole and within ±(2^53 - 1); beyond that a double no longer
    /// names one integer.
    package static func integer(_ bytes: Span<UInt8>, _ value: JSONValue) -> Int64? {
        guard value.kind == .number else { return nil }
        let isNegative = bytes[value.range.lowerBound] == UInt8(ascii: "-")
        var result: Int64 = 0
        for offset in value.range.dropFirst(isNegative ? 1 : 0) {
            guard bytes[offset].isDigit else { return wholeDouble(bytes, value) }
            let digit = Int64(bytes[offset] - UInt8(ascii: "0"))
            let (shifted, overflowed) = result.multipliedReportingOverflow(by: 10)
            // Downwards for negative numbers: the smallest Int64 has no positive counterpart.
            let (next, overflowedAgain) =
                isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            // Digits that don't fit may still have an exponent that makes them: 10000000000000000000000e-20.
            if overflowed || overflowedAgain { return wholeDouble(bytes, value) }
            result = next
        }
        return result
    }

    private static func wholeDouble(_ bytes: Span<UInt8>, _ value: JSONValue) -> Int64? {
        let largest: Double = 9_007_199_254_740_991
        guard let double = double(bytes, value), abs(double) <= largest else { return nil }
        return Int64(exactly: double)
    }

    /// The nearest double to the number, or nil: another kind, or beyond the largest double (`1e400`).
    package static func double(_ bytes: Span<UInt8>, _ value: JSONValue) -> Double? {
        guard value.kind == .number, let text = try? UTF8Span(validating: bytes.extracting(value.range)) else {
            return nil
        }
        guard let double = Double(String(copying: text)), double.isFinite else { return nil }
        return double
    }

    /// The boolean that the value is, or nil for another kind.
    package static func bool(_ value: JSONValue) -> Bool? {
        switch value.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The strings of an array of strings.
    ///
    /// - Parameter limit: How many are accepted.
    /// - Throws: `JSONError`: `wrongKind` when the value or an element is something else, or at the element beyond the
    ///   limit; `loneSurrogate` as in `string`.
    package static func strings(
        _ bytes: Span<UInt8>,
        _ value: JSONValue,
        limit: Int
    ) throws(JSONError) -> [String] {
        var strings: [String] = []
        // The bytes are captured through the parameter: a closure may not outlive them, and `visit` doesn't escape.
        try scanArray(bytes, in: value.range) { (element) throws(JSONError) in
            guard strings.count < limit else { throw JSONError(.wrongKind, at: element.range.lowerBound) }
            strings.append(try string(bytes, element))
        }
        return strings
    }
}
