/// The server's half of the opening handshake, RFC 6455 section 4.2, as a pure function of the request.
///
/// `Host`, `Origin`, the path and rights are the owner's business and are judged before.
package struct WebSocketHandshake: Sendable {
    /// Subprotocols that the endpoint speaks, best first.
    package var subprotocols: [String]
    /// What the endpoint agrees to when compression is offered.
    package var compression: WebSocketCompressionPolicy

    /// The handshake of one endpoint.
    package init(subprotocols: [String] = [], compression: WebSocketCompressionPolicy = .shared) {
        self.subprotocols = subprotocols
        self.compression = compression
    }

    /// A connection that may go on as WebSocket.
    package struct Acceptance: Sendable, Equatable {
        /// The whole 101 response, to be sent before any frame.
        package var response: [UInt8]
        /// What was agreed about compression.
        package var compression: WebSocketCompression?
        /// The subprotocol that was chosen.
        package var subprotocol: String?
    }

    /// An upgrade that is answered as an ordinary HTTP request.
    package struct Refusal: Sendable, Equatable {
        /// 400, or 426 when only the version is wrong.
        package var status: Int
        /// One sentence for the body.
        package var reason: String
        /// Fields that the response must carry.
        package var fields: [Field]

        /// One header field.
        package struct Field: Sendable, Equatable {
            /// As it is written.
            package var name: String
            /// Without blanks around it.
            package var value: String
        }
    }

    /// The answer to an upgrade request.
    package enum Answer: Sendable, Equatable {
        /// Send the response; frames follow.
        case accept(Acceptance)
        /// Send an error response; the connection stays HTTP.
        case refuse(Refusal)
    }

    /// Judges a request by its method and header fields (names in any case, repeated fields as they came).
    package func answer(method: String, fields: [(name: String, value: String)]) -> Answer {
        func values(_ name: String) -> [String] {
            fields.filter { $0.name.lowercased() == name }.map(\.value)
        }
        func lists(_ name: String, _ token: String) -> Bool {
            WebSocketToken.list(values(name)).contains { $0.lowercased() == token }
        }
        guard method == "GET" else { return Self.bad("WebSocket upgrade failed: the method must be GET") }
        guard lists("upgrade", "websocket") else { return Self.bad("WebSocket upgrade failed: no Upgrade: websocket") }
        guard lists("connection", "upgrade") else {
            return Self.bad("WebSocket upgrade failed: no Connection: Upgrade")
        }
        let versions = values("sec-websocket-version")
        guard let version = versions.first, versions.count == 1 else {
            return Self.bad("WebSocket upgrade failed: exactly one Sec-WebSocket-Version is needed")
        }
        guard version == "13" else {
            return .refuse(
                Refusal(
                    status: 426,
                    reason: "WebSocket upgrade failed: only version 13 is spoken here",
                    fields: [
                        Refusal.Field(name: "Sec-WebSocket-Version", value: "13"),
                        Refusal.Field(name: "Upgrade", value: "websocket"),
                        Refusal.Field(name: "Connection", value: "Upgrade"),
                    ]
                )
            )
        }
        let keys = values("sec-websocket-key")
        guard let key = keys.first, keys.count == 1, WebSocketHandshakeKey.isWellFormed(key) else {
            return Self.bad("WebSocket upgrade failed: Sec-WebSocket-Key must be 16 bytes in base64")
        }
        let offered = WebSocketToken.list(values("sec-websocket-protocol"))
        guard offered.allSatisfy({ $0.utf8.allSatisfy(WebSocketToken.allows) }), Set(offered).count == offered.count
        else {
            return Self.bad("WebSocket upgrade failed: malformed Sec-WebSocket-Protocol")
        }
        let agreement: WebSocketCompressionPolicy.Agreement?
        switch compression.answer(values("sec-websocket-extensions")) {
        case .malformed: return Self.bad("WebSocket upgrade failed: malformed Sec-WebSocket-Extensions")
        case .none: agreement = nil
        case .agreed(let agreed): agreement = agreed
        }
        let chosen = subprotocols.first(where: offered.contains)
        return .accept(
            Acceptance(
                response: Self.response(key: key, extensions: agreement?.field, subprotocol: chosen),
                compression: agreement?.compression,
                subprotocol: chosen
            )
        )
    }

    private static func bad(_ reason: String) -> Answer {
        .refuse(Refusal(status: 400, reason: reason, fields: []))
    }

    private static func response(key: String, extensions: String?, subprotocol: String?) -> [UInt8] {
        var text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        text += "Sec-WebSocket-Accept: \(WebSocketHandshakeKey.accept(key))\r\n"
        if let subprotocol { text += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
        if let extensions { text += "Sec-WebSocket-Extensions: \(extensions)\r\n" }
        return Array((text + "\r\n").utf8)
    }
}
