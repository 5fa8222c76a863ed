internal import HTTPTypes

/// Where a WebSocket client goes: `ws://host[:port][/path][?query]` (RFC 6455 section 3).
///
/// The host is an IP address or `localhost`: nothing is resolved, as `SocketAddress` explains. `wss` is not spoken.
package struct WebSocketURL: Sendable, Equatable {
    /// Without the brackets of an IPv6 address.
    package let host: String
    /// 80 unless given.
    package let port: UInt16
    /// Path and query, at least `/`.
    package let target: String

    /// Throws 400 with one sentence if `text` is no such URL.
    package init(_ text: String) throws(GatewayError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw WebSocketURL.refusal(text, "it has blanks or letters beyond ASCII")
        }
        guard text.prefix(5).lowercased() == "ws://" else {
            throw WebSocketURL.refusal(text, "only ws:// is spoken here")
        }
        let rest = text.dropFirst(5)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let tail = rest[end...]
        guard !tail.contains("#") else { throw WebSocketURL.refusal(text, "it has a fragment") }
        target = tail.hasPrefix("/") ? String(tail) : "/" + tail

        let authority = rest[..<end]
        let hostEnd: Substring.Index
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else {
                throw WebSocketURL.refusal(text, "a bracket is not closed")
            }
            host = String(authority[authority.index(after: authority.startIndex)..<bracket])
            hostEnd = authority.index(after: bracket)
        } else {
            hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
            host = String(authority[..<hostEnd])
        }
        guard !host.isEmpty, !host.contains("@") else { throw WebSocketURL.refusal(text, "it names no host") }
        let portText = authority[hostEnd...]
        guard !portText.isEmpty else {
            port = 80
            return
        }
        guard portText.hasPrefix(":"), let port = UInt16(portText.dropFirst()), port > 0 else {
            throw WebSocketURL.refusal(text, "its port is not a number from 1 to 65535")
        }
        self.port = port
    }

    /// The value of `Host`.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    private static func refusal(_ text: String, _ reason: String) -> GatewayError {
        GatewayError(.badRequest, "'\(text)' is not a URL of a WebSocket: \(reason)")
    }
}
