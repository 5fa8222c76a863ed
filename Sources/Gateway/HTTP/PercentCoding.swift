/// Percent-decoding of URL parts (RFC 3986 section 2.1).
enum PercentCoding {
    /// Decodes one path segment, query name or query value.
    /// - Parameter plusIsSpace: whether `+` stands for a space, as in the query of HTML forms; never in a path.
    static func decode(_ text: Substring, plusIsSpace: Bool) throws(QueryStringError) -> String {
        let needsWork = text.utf8.contains { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }
        if !needsWork { return String(text) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.utf8.count)
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = bytes.next().flatMap(HTTPCharacter.hexValue),
                    let low = bytes.next().flatMap(HTTPCharacter.hexValue)
                else { throw QueryStringError(.percent) }
                decoded.append(high << 4 | low)
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? HTTPCharacter.space : byte)
            }
        }
        // The stores end a text at NUL, so a name with one in it would silently become another name.
        guard !decoded.contains(0) else { throw QueryStringError(.nul) }
        guard let string = String(validating: decoded, as: UTF8.self) else { throw QueryStringError(.utf8) }
        return string
    }
}
