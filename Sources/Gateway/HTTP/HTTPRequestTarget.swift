import HTTPTypes

/// The parts of a request target (RFC 9112 section 3.2).
///
/// Any visible ASCII character but `#` is taken: clients send `|`, `{` or `[` as they are, and no two readers
/// disagree about where such a target ends.
struct HTTPRequestTarget {
    /// As sent.
    let text: String
    let path: String
    let query: String?
    /// Host and port of an absolute-form target.
    let authority: String?

    /// - Parameter range: where the target is in `bytes`; not empty.
    init(_ range: Range<Int>, of bytes: [UInt8], method: HTTPRequest.Method) throws(HTTPParseError) {
        var mark: Int?
        for index in range {
            let byte = bytes[index]
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "#") else { throw .init(.target) }
            if byte == UInt8(ascii: "?"), mark == nil { mark = index }
        }
        text = String(decoding: bytes[range], as: UTF8.self)
        query = mark.map { String(decoding: bytes[$0 + 1..<range.upperBound], as: UTF8.self) }
        let end = mark ?? range.upperBound
        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            path = mark == nil ? text : String(decoding: bytes[range.lowerBound..<end], as: UTF8.self)
            authority = nil
        } else if text == "*", method == .options {
            path = text
            authority = nil
        } else {
            guard HTTPCharacter.matches(bytes[range].prefix(7), "http://") else { throw .init(.target) }
            let rest = bytes[range.lowerBound + 7..<end]
            let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? end
            guard HTTPAuthority.isWellFormed(rest[..<slash]) else { throw .init(.target) }
            authority = String(decoding: rest[..<slash], as: UTF8.self)
            path = slash == end ? "/" : String(decoding: rest[slash...], as: UTF8.self)
        }
    }
}
