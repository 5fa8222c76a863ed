/// The client's half of the opening handshake, RFC 6455 section 4.1. One value serves one connection.
package struct WebSocketClientHandshake: Sendable {
    private let key: String
    private let subprotocols: [String]
    private let compression: WebSocketCompression?

    /// - Parameters:
    ///   - subprotocols: what the client speaks, best first.
    ///   - compression: what it offers; nil for no compression.
    package init(subprotocols: [String] = [], compression: WebSocketCompression? = nil) {
        key = WebSocketHandshakeKey.random()
        self.subprotocols = subprotocols
        self.compression = compression
    }

    /// The request's bytes.
    /// - Parameters:
    ///   - host: the value of `Host`, with the port unless it is 80.
    ///   - target: path and query, for example `/?global=0`.
    ///   - fields: further header fields, such as `Authorization`. The caller vouches that they hold no line breaks.
    package func request(host: String, target: String, fields: [(name: String, value: String)] = []) -> [UInt8] {
        var text = "GET \(target) HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        text += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n"
        if !subprotocols.isEmpty { text += "Sec-WebSocket-Protocol: \(subprotocols.joined(separator: ", "))\r\n" }
        if let compression { text += "Sec-WebSocket-Extensions: \(WebSocketCompressionOffer.field(compression))\r\n" }
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// What the server's answer came to.
    package enum Outcome: Sendable, Equatable {
        /// Frames follow, under these agreements.
        case accepted(compression: WebSocketCompression?, subprotocol: String?)
        /// This is no WebSocket connection, for this reason; the transport is closed.
        case refused(String)
    }

    /// Checks the server's answer: its status and header fields.
    package func check(status: Int, fields: [(name: String, value: String)]) -> Outcome {
        func values(_ name: String) -> [String] {
            fields.filter { $0.name.lowercased() == name }.map(\.value)
        }
        guard status == 101 else { return .refused("The server answered with status \(status)") }
        guard WebSocketToken.list(values("upgrade")).map({ $0.lowercased() }) == ["websocket"],
            WebSocketToken.list(values("connection")).contains(where: { $0.lowercased() == "upgrade" })
        else { return .refused("The server didn't upgrade to WebSocket") }
        guard values("sec-websocket-accept") == [WebSocketHandshakeKey.accept(key)] else {
            return .refused("Sec-WebSocket-Accept doesn't match the key")
        }
        let chosen = values("sec-websocket-protocol")
        guard chosen.count <= 1, chosen.allSatisfy(subprotocols.contains) else {
            return .refused("The server chose a subprotocol that wasn't offered")
        }
        switch WebSocketCompressionOffer.check(values("sec-websocket-extensions"), offer: compression) {
        case .none: return .accepted(compression: nil, subprotocol: chosen.first)
        case .agreed(let agreed): return .accepted(compression: agreed, subprotocol: chosen.first)
        case .refused: return .refused("The server's Sec-WebSocket-Extensions doesn't answer the offer")
        }
    }
}
