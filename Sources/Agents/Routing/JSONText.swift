import Bus

/// The string values of a JSON text that may have been cut short, as stored tool inputs often are.
enum JSONText {
    /// An object or an array, or the beginning of one.
    static func isJSON(_ bytes: Span<UInt8>) -> Bool {
        do {
            let kind = try JSONScanner.validate(bytes).kind
            return kind == .object || kind == .array
        } catch {
            return error.code == .unexpectedEnd && startsContainer(bytes)
        }
    }

    private static func startsContainer(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] > 0x20 {
            return bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "[")
        }
        return false
    }

    /// Visits the contents of the strings that are values, at any depth, with their escapes. The bytes passed `isJSON`.
    static func forEachStringValue(_ bytes: Span<UInt8>, visit: (Range<Int>) -> Void) {
        var position = 0
        // The byte outside of strings, white space apart, that stood before the position.
        var before: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\"") else {
                if byte > 0x20 { before = byte }
                continue
            }
            let end = endOfString(bytes, from: position)
            let contents = position..<end
            position = min(end + 1, bytes.count)
            while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
            if position < bytes.count {
                if bytes[position] != UInt8(ascii: ":") { visit(contents) }
            } else if before != UInt8(ascii: ","), before != UInt8(ascii: "{") {
                // Cut short: behind a comma or a brace it may have been going to be a key.
                visit(contents)
            }
        }
    }

    private static func endOfString(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var position = start
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position, bytes.count)
    }
}
