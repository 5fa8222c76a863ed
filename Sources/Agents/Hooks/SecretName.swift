/// Which names announce a secret, and which words behind them are none.
enum SecretName {
    /// A longer run of letters is data, not a name.
    private static let maximumLength = 64
    private static let parts = [
        "password", "passwd", "passphrase", "secret", "apikey", "authorization", "accesskey", "privatekey",
    ].map { Array($0.utf8) }
    /// Only at the end: `max_tokens` and `token_count` are figures.
    private static let ending = Array("token".utf8)

    /// True if the name in `range` is that of a secret, whatever its case, `_` and `-` apart.
    static func matches(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= maximumLength else { return false }
        var letters: [UInt8] = []
        letters.reserveCapacity(range.count)
        for offset in range where bytes[offset] != UInt8(ascii: "_") && bytes[offset] != UInt8(ascii: "-") {
            letters.append(bytes[offset].lowercased)
        }
        if letters.count >= ending.count, letters.suffix(ending.count).elementsEqual(ending) { return true }
        return parts.contains { part in
            letters.count >= part.count
                && (0...letters.count - part.count).contains { letters[$0..<$0 + part.count].elementsEqual(part) }
        }
    }

    /// An authentication scheme (RFC 9110 section 11.1) in front of the credentials.
    static func isScheme(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        isOneOf(["bearer", "basic", "token", "digest"], bytes, range)
    }

    /// A value of JSON or of a programming language that says that there is no secret.
    static func isLiteral(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        isOneOf(["null", "true", "false", "nil", "none", "undefined"], bytes, range)
    }

    private static func isOneOf(_ words: [StaticString], _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= 16 else { return false }
        let word = range.map { bytes[$0].lowercased }
        return words.contains { $0.withUTF8Buffer { unsafe $0.elementsEqual(word) } }
    }
}

extension UInt8 {
    /// The small letter of an ASCII letter; anything else as it is.
    fileprivate var lowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }
}
