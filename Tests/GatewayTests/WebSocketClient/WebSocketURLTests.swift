import HTTPTypes
import Testing

@testable import Gateway

@Suite struct WebSocketURLTests {
    @Test(
        arguments: [
            ("ws://127.0.0.1:3849/", "127.0.0.1", 3849, "/", "127.0.0.1:3849"),
            ("WS://localhost", "localhost", 80, "/", "localhost"),
            ("ws://localhost:80/ws?global=0&agent_id=a", "localhost", 80, "/ws?global=0&agent_id=a", "localhost"),
            ("ws://[::1]:3849?x", "::1", 3849, "/?x", "[::1]:3849"),
            ("ws://[::1]", "::1", 80, "/", "[::1]"),
        ] as [(String, String, UInt16, String, String)]
    ) func reads(_ text: String, host: String, port: UInt16, target: String, authority: String) throws {
        let url = try WebSocketURL(text)
        #expect(url.host == host && url.port == port && url.target == target && url.authority == authority)
    }

    @Test(arguments: [
        "", "ws:/x", "ws://", "ws:///path", "wss://localhost", "http://localhost", "ws://a b/", "ws://h/\r\nX: y",
        "ws://h:0/", "ws://h:65536/", "ws://h:x/", "ws://h:/", "ws://[::1", "ws://[::1]x/", "ws://h/#f", "ws://u@h/",
        "ws://h\u{e9}/",
    ]) func refuses(_ text: String) {
        #expect { try WebSocketURL(text) } throws: { ($0 as? GatewayError)?.status == .badRequest }
    }
}
