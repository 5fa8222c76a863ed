import HTTPTypes

/// The parts of a request target (RFC 9112 section 3.2).
///
/// Any visible ASCII character but `#` is taken: clients send `|`, `{` or `[` as they are, and no two readers
/// disagree about where such a target ends.
struct HTTPRequestTarget {
    let path: String
    let query: String?
    /// Host and port of an absolute-form target.
    let authority: String?

    /// - Parameter target: not empty, without spaces.
    init(_ target: String, method: HTTPRequest.Method) throws(HTTPParseError) {
        let isVisible = target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
        guard isVisible else { throw .init(.target) }
        if target.utf8.first == UInt8(ascii: "/") {
            (path, query) = Self.split(target[...])
            authority = nil
        } else if target == "*", method == .options {
            (path, query, authority) = (target, nil, nil)
        } else {
            let scheme = target.utf8.prefix(7)
            guard HTTPCharacter.matches(scheme, "http://") else { throw .init(.target) }
            let rest = target[scheme.endIndex...]
            let end = rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            let authority = String(rest[..<end])
            guard HTTPAuthority.isWellFormed(Array(authority.utf8)[...]) else { throw .init(.target) }
            self.authority = authority
            let (path, query) = Self.split(rest[end...])
            (self.path, self.query) = (path.isEmpty ? "/" : path, query)
        }
    }

    private static func split(_ text: Substring) -> (path: String, query: String?) {
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (String(text), nil) }
        return (String(text[..<mark]), String(text[text.utf8.index(after: mark)...]))
    }
}
