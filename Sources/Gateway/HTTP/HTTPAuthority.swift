/// A host and an optional port, as in Host (RFC 9110 section 7.2).
///
/// Stricter than the grammar of RFC 3986: no user information, no percent-encoding, no sub-delimiters, none of which
/// a host has that anyone can reach.
struct HTTPAuthority: Equatable {
    /// In lower case; an IPv6 address with its brackets. Never empty.
    let host: String
    /// Nil if there is none (also for `localhost:`, which the grammar allows).
    let port: Int?

    /// Nil if the text is malformed.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let end = Self.hostEnd(bytes[...]), let port = Self.port(bytes[end...]) else { return nil }
        self.host = String(decoding: bytes[..<end].map(HTTPCharacter.lowercased), as: UTF8.self)
        self.port = port
    }

    /// Whether the bytes are an authority; for the parser, which needs no parts of it.
    static func isWellFormed(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let end = hostEnd(bytes) else { return false }
        return port(bytes[end...]) != nil
    }

    /// Where the port with its colon begins, or the end; nil if there is no well-formed host before it.
    private static func hostEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let address = bytes[..<bracket].dropFirst()
            guard address.contains(UInt8(ascii: ":")), address.allSatisfy(isAddress) else { return nil }
            return bracket + 1
        }
        let end = bytes.firstIndex { !isName($0) } ?? bytes.endIndex
        return end > bytes.startIndex ? end : nil
    }

    /// Nil for anything but nothing or a colon and a port; `.some(nil)` for no port.
    private static func port(_ bytes: ArraySlice<UInt8>) -> Int?? {
        guard let colon = bytes.first else { return .some(nil) }
        let digits = bytes.dropFirst()
        guard colon == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy(HTTPCharacter.isDigit) else {
            return nil
        }
        guard !digits.isEmpty else { return .some(nil) }
        let port = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return port <= 65_535 ? .some(port) : nil
    }

    private static func isAddress(_ byte: UInt8) -> Bool {
        HTTPCharacter.hexValue(byte) != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch HTTPCharacter.lowercased(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
