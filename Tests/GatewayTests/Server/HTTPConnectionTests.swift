import Foundation
import Testing

@testable import Gateway

/// The status of the next answer; `#expect` can't borrow a client that isn't copyable.
private func nextStatus(_ http: inout RawHTTP) throws -> Int { try http.answer().status }

struct HTTPConnectionTests {
    private static let get = "GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test func keepsConnectionsAndAnswersPipelinedRequestsInOrder() async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            let post = #"{"tool_name":"a","tool_type":"mcp"}"#
            http.send(
                HTTPConnectionTests.get
                    + "POST /api/actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(post.utf8.count)\r\n\r\n\(post)"
                    + "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" + HTTPConnectionTests.get
            )
            #expect(try nextStatus(&http) == 200)
            #expect(try nextStatus(&http) == 201)
            #expect(try nextStatus(&http) == 404)
            let last = try http.answer()
            #expect(try last.json["actionCount"] as? Int == 1)
        }
    }

    @Test func answersAPeerThatHasSentItsEnd() async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            http.send(HTTPConnectionTests.get + HTTPConnectionTests.get)
            http.shutDown()
            #expect(try nextStatus(&http) == 200)
            #expect(try nextStatus(&http) == 200)
            let isClosed = http.isClosed()
            #expect(isClosed)
        }
    }

    @Test func takesARequestByteByByte() async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            for byte in HTTPConnectionTests.get.utf8 { http.send([byte]) }
            #expect(try nextStatus(&http) == 200)
        }
    }

    @Test func answersHEADWithoutBody() async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            http.send("HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n" + HTTPConnectionTests.get)
            let head = try http.answer(toHead: true)
            #expect(head.status == 200)
            #expect(head.fields["content-length"].flatMap { Int($0) } ?? 0 > 10)
            let last = try http.answer()
            #expect(try last.json["actionCount"] != nil)
        }
    }

    @Test func asksForTheBodyOfWhoWaits() async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            let body = #"{"tool_name":"a","tool_type":"mcp"}"#
            let head = "POST /api/actions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
            http.send("\(head)\(body.utf8.count)\r\n\r\n")
            #expect(try nextStatus(&http) == 100)
            http.send(body)
            #expect(try nextStatus(&http) == 201)
            http.send("\(head)\(20 << 20)\r\n\r\n")
            #expect(try nextStatus(&http) == 413)
            let isClosed = http.isClosed()
            #expect(isClosed)
        }
    }

    @Test func readsChunkedBodies() async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            http.send("POST /api/actions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in [#"{"tool_name""#, #":"a","tool_"#, #"type":"mcp"}"#] {
                http.send("\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n")
            }
            http.send("0\r\n\r\n")
            #expect(try nextStatus(&http) == 201)
        }
    }

    @Test func refusesABodyThatNeverEnds() async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            http.send("POST /api/actions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n\(String(repeating: "x", count: 65_536))\r\n"
            for _ in 0..<20 { http.send(chunk) }
            #expect(try nextStatus(&http) == 413)
        }
    }

    @Test func givesUpOnARequestThatNeverComes() async throws {
        let timeOuts = HTTPService.TimeOuts(request: 1, idle: 600_000)
        try await TestServer.run(timeOuts: timeOuts) { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            http.send("GET /stats HTTP/1.1\r\n")
            #expect(try nextStatus(&http) == 408)
            let isClosed = http.isClosed()
            #expect(isClosed)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505),
        ("GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (
            "POST /api/actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400
        ),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n" + String(repeating: "A: b\r\n", count: 10_000) + "\r\n", 431),
    ])
    func refusesWhatIsAmbiguousOrTooMuch(_ request: String, _ status: Int) async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            http.send(request)
            #expect(try nextStatus(&http) == status)
            let isClosed = http.isClosed()
            #expect(isClosed)
            #expect(try RawHTTP.request("GET", "/health", port: server.restPort).status == 200)
        }
    }

    @Test(arguments: ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil"])
    func refusesForeignHosts(_ host: String) async throws {
        try await TestServer.run { (server) async throws in
            for port in [server.restPort, server.webSocketPort] {
                var http = try RawHTTP(port: port)
                http.send("GET /health HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(try nextStatus(&http) == 421)
            }
        }
    }

    @Test(arguments: ["http://evil.example", "null", "http://127.0.0.1:9999"])
    func refusesForeignOrigins(_ origin: String) async throws {
        try await TestServer.run { (server) async throws in
            for port in [server.restPort, server.webSocketPort] {
                let answer = try RawHTTP.request("GET", "/health", port: port, fields: ["Origin: \(origin)"])
                #expect(answer.status == 403)
                #expect(answer.fields["access-control-allow-origin"] == nil)
            }
            let upgrade = [
                "Origin: \(origin)", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ]
            #expect(try RawHTTP.request("GET", "/", port: server.webSocketPort, fields: upgrade).status == 403)
        }
    }

    @Test func servesTheOldDashboard() async throws {
        try await TestServer.run { (server) async throws in
            let origin = "http://localhost:3848"
            let answer = try RawHTTP.request("GET", "/health", port: server.restPort, fields: ["Origin: \(origin)"])
            #expect(answer.status == 200)
            #expect(answer.fields["access-control-allow-origin"] == origin)
            let preflight = try RawHTTP.request(
                "OPTIONS",
                "/api/actions",
                port: server.restPort,
                fields: [
                    "Origin: \(origin)", "Access-Control-Request-Method: POST",
                    "Access-Control-Request-Headers: content-type",
                ]
            )
            #expect(preflight.status == 204)
            #expect(preflight.fields["access-control-allow-headers"] == "content-type")
        }
    }

    @Test func tellsWhichMethodsThereAre() async throws {
        try await TestServer.run { (server) async throws in
            let answer = try RawHTTP.request("PUT", "/api/actions", port: server.restPort, body: "{}")
            #expect(answer.status == 405)
            #expect(answer.fields["allow"] == "GET, HEAD, POST")
        }
    }

    @Test func showsItsFigures() async throws {
        try await TestServer.run { (server) async throws in
            let text = try RawHTTP.request("GET", "/metrics", port: server.restPort).text
            #expect(text.contains("# TYPE dcm_connections gauge"))
            #expect(text.contains("dcm_journal_records_total 0"))
            let health = try RawHTTP.request("GET", "/health", port: server.restPort).json
            #expect(health["status"] as? String == "healthy")
        }
    }
}
