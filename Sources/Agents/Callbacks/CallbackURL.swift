/// Where a callback goes: `http://host[:port][/path][?query]`. `https` is not spoken: callbacks go to loopback, or to
/// hosts that the operator named.
package struct CallbackURL: Equatable, Sendable {
    /// An IP address, without brackets, or a name.
    package let host: String
    /// 80 unless given.
    package let port: UInt16
    /// Path and query, at least `/`.
    package let target: String

    /// Bytes of a URL.
    private static let longest = 2048

    /// Throws `invalid`, with one sentence about `callback_url`.
    package init(_ text: String) throws(AgentsError) {
        guard text.utf8.count <= CallbackURL.longest else { throw CallbackURL.refusal("at most 2048 bytes") }
        // What could end the request line, or stand for something else behind it, has no place in a URL anyway.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw CallbackURL.refusal("must be a URL without blanks and of ASCII only")
        }
        guard text.prefix(7).lowercased() == "http://" else {
            throw CallbackURL.refusal("must be a URL that begins with http://")
        }
        let rest = text.dropFirst(7)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let tail = rest[end...]
        guard !tail.contains("#") else { throw CallbackURL.refusal("must have no fragment") }
        target = tail.hasPrefix("/") ? String(tail) : "/" + tail
        (host, port) = try CallbackURL.authority(rest[..<end])
    }

    private static func authority(_ text: Substring) throws(AgentsError) -> (host: String, port: UInt16) {
        guard !text.contains("@") else { throw refusal("must not contain a user or password") }
        let host: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { throw refusal("has a bracket that is not closed") }
            host = text[text.index(after: text.startIndex)..<bracket]
            rest = text[text.index(after: bracket)...]
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            rest = text[colon...]
            guard host.utf8.allSatisfy(isOfName) else { throw refusal("has a host that is no name") }
        }
        guard (1...253).contains(host.utf8.count) else { throw refusal("names no host") }
        guard !rest.isEmpty else { return (host.lowercased(), 80) }
        guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else {
            throw refusal("has a port that is not a number from 1 to 65535")
        }
        return (host.lowercased(), port)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The value of `Host`.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    private static func refusal(_ text: String) -> AgentsError {
        .invalid([.init(field: "callback_url", text: text)])
    }
}
