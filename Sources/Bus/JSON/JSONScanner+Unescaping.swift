extension JSONScanner {
    /// The UTF-8 of a string, its escapes decoded. The value was scanned before, so its syntax is right.
    static func unescaped(_ bytes: Span<UInt8>, _ value: JSONValue) throws(JSONError) -> [UInt8] {
        let end = value.range.upperBound - 1
        var result: [UInt8] = []
        result.reserveCapacity(value.range.count)
        var cursor = JSONCursor(bytes, in: value.range.lowerBound + 1..<end, maximumDepth: 0)
        while cursor.position < end {
            let plainEnd = bytes.firstBackslash(from: cursor.position, before: end)
            result.append(copying: bytes.extracting(cursor.position..<plainEnd))
            cursor.position = plainEnd
            guard plainEnd < end else { break }
            let start = cursor.position
            cursor.position += 1
            let escape = try cursor.current()
            cursor.position += 1
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                result.append(contentsOf: UTF8.encode(try cursor.escapedScalar(from: start)) ?? .init())
            default: result.append(escape)
            }
        }
        return result
    }
}

extension JSONCursor {
    /// The character of a `\u` escape, whose digits are at the position; of two escapes when it is a surrogate pair.
    mutating func escapedScalar(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let high = try hexUnit(from: start)
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw JSONError(.loneSurrogate, at: start) }
        position += 2
        let low = try hexUnit(from: start)
        guard low & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw JSONError(.loneSurrogate, at: start) }
        return scalar
    }
}
