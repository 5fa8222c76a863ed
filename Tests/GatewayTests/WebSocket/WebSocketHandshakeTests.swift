import Testing

@testable import Gateway

@Suite struct WebSocketHandshakeTests {
    typealias Fields = [(name: String, value: String)]

    /// The request of RFC 6455 section 1.3, with one field replaced, or taken out when `value` is nil.
    private func fields(_ name: String = "", _ value: String? = nil) -> Fields {
        let all: Fields = [
            ("Host", "server.example.com"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"),
        ]
        return all.filter { $0.name != name } + (value.map { [(name, $0)] } ?? [])
    }

    @Test func answersTheExampleOfTheStandard() {
        let response = """
            HTTP/1.1 101 Switching Protocols\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
            \r

            """
        let answer = WebSocketHandshake().answer(method: "GET", fields: fields())
        #expect(answer == .accept(WebSocketHandshake.Acceptance(response: Array(response.utf8))))
    }

    @Test(arguments: [
        ("Upgrade", "WebSocket"), ("Upgrade", "h2c, websocket"), ("Connection", "keep-alive, UPGRADE"),
        ("Connection", " ,upgrade\t,"), ("X", "y"),
    ]) func accepts(_ name: String, _ value: String) {
        guard case .accept = WebSocketHandshake().answer(method: "GET", fields: fields(name, value)) else {
            Issue.record("refused")
            return
        }
    }

    @Test(
        arguments: [
            ("Upgrade", nil), ("Upgrade", "websockets"), ("Upgrade", "h2c"), ("Connection", nil),
            ("Connection", "close"),
            ("Connection", "upgrade-insecure"), ("Sec-WebSocket-Version", nil), ("Sec-WebSocket-Key", nil),
            ("Sec-WebSocket-Key", ""), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ="),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==="), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZWU="),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j*Q=="), ("Sec-WebSocket-Extensions", "permessage-deflate;"),
            ("Sec-WebSocket-Protocol", "a b"), ("Sec-WebSocket-Protocol", "a, a"),
        ] as [(String, String?)]
    ) func refuses(_ name: String, _ value: String?) {
        guard case .refuse(let refusal) = WebSocketHandshake().answer(method: "GET", fields: fields(name, value)) else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.status == 400 && refusal.fields.isEmpty && refusal.reason.hasPrefix("WebSocket upgrade failed"))
    }

    @Test(arguments: ["8", "12", "14", "013", "13, 8", ""]) func namesItsVersion(_ version: String) {
        let answer = WebSocketHandshake().answer(method: "GET", fields: fields("Sec-WebSocket-Version", version))
        guard case .refuse(let refusal) = answer else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.status == 426)
        #expect(refusal.fields.contains(.init(name: "Sec-WebSocket-Version", value: "13")))
    }

    @Test(arguments: ["Sec-WebSocket-Key", "Sec-WebSocket-Version"]) func refusesWhatStandsTwice(_ name: String) throws
    {
        let again = try #require(fields().first { $0.name == name })
        guard case .refuse(let refusal) = WebSocketHandshake().answer(method: "GET", fields: fields() + [again]) else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.status == 400)
    }

    @Test(arguments: ["POST", "get", "HEAD"]) func wantsGet(_ method: String) {
        guard case .refuse(let refusal) = WebSocketHandshake().answer(method: method, fields: fields()) else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.status == 400)
    }

    @Test func choosesItsFavouriteSubprotocol() {
        let handshake = WebSocketHandshake(subprotocols: ["dcm.v2", "dcm.v1"])
        let both = handshake.answer(method: "GET", fields: fields("Sec-WebSocket-Protocol", "token.x, dcm.v1, dcm.v2"))
        let other = handshake.answer(method: "GET", fields: fields("Sec-WebSocket-Protocol", "mqtt"))
        guard case .accept(let chosen) = both, case .accept(let unchosen) = other else {
            Issue.record("refused")
            return
        }
        #expect(chosen.subprotocol == "dcm.v2")
        #expect(String(decoding: chosen.response, as: UTF8.self).contains("\r\nSec-WebSocket-Protocol: dcm.v2\r\n"))
        #expect(unchosen.subprotocol == nil)
    }

    /// Splits a head into its first line and its fields, as little as the tests need.
    private func head(_ bytes: [UInt8]) -> (first: String, fields: Fields) {
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasSuffix("\r\n\r\n"))
        let lines = text.split(separator: "\r\n").map(String.init)
        let fields: Fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ": ", maxSplits: 1)
            return (String(parts[0]), String(parts[1]))
        }
        return (lines[0], fields)
    }

    @Test func clientAndServerUnderstandEachOther() {
        let client = WebSocketClientHandshake(subprotocols: ["dcm.v1"], compression: WebSocketCompression())
        let request = head(
            client.request(host: "127.0.0.1:3849", target: "/?global=0", fields: [("Authorization", "x")])
        )
        #expect(request.first == "GET /?global=0 HTTP/1.1")
        #expect(request.fields.contains { $0 == ("Host", "127.0.0.1:3849") })
        let server = WebSocketHandshake(subprotocols: ["dcm.v1"], compression: .asOffered)
        guard case .accept(let acceptance) = server.answer(method: "GET", fields: request.fields) else {
            Issue.record("refused")
            return
        }
        let response = head(acceptance.response)
        let outcome = client.check(status: 101, fields: response.fields)
        #expect(outcome == .accepted(compression: WebSocketCompression(), subprotocol: "dcm.v1"))
        #expect(acceptance.compression == WebSocketCompression())

        func refuses(status: Int = 101, _ fields: Fields) -> Bool {
            if case .refused = client.check(status: status, fields: fields) { true } else { false }
        }
        #expect(refuses(status: 200, response.fields))
        for name in ["Upgrade", "Connection", "Sec-WebSocket-Accept"] {
            #expect(refuses(response.fields.filter { $0.name != name }))
        }
        #expect(refuses(response.fields + [("Sec-WebSocket-Accept", "x")]))
        #expect(refuses(response.fields + [("Sec-WebSocket-Protocol", "dcm.v1")]))
        #expect(
            refuses(response.fields.filter { $0.name != "Sec-WebSocket-Protocol" } + [("sec-websocket-protocol", "b")])
        )
        #expect(refuses(response.fields + [("Sec-WebSocket-Extensions", "permessage-deflate")]))
        let other = WebSocketClientHandshake().check(status: 101, fields: response.fields)
        #expect(other == .refused("Sec-WebSocket-Accept doesn't match the key"))
    }
}
