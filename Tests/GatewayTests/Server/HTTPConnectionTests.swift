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
            #expect((health["database"] as? [String: Any])?["kind"] as? String == "embedded")
        }
    }

    /// Each pause is far below the limits, all of them together are far beyond. A machine so busy that a pause came near
    /// the limits shows nothing: then it begins again.
    @Test(.timeLimit(.minutes(5)), arguments: [get, String(get.prefix(20))])
    func aBusyConnectionOutlivesItsTimeOuts(rest: String) async throws {
        let limit = 1200
        let timeOuts = HTTPService.TimeOuts(request: UInt64(limit), idle: UInt64(limit))
        try await TestServer.run(timeOuts: timeOuts) { (server) async throws in
            var wasStarved = true
            while wasStarved {
                var longest = Duration.zero
                var http = try RawHTTP(port: server.restPort)
                let start = ContinuousClock.now
                var last = start
                // The rest of one request and maybe the beginning of the next come together.
                http.send(rest)
                var isServed = true
                while isServed, last - start < .milliseconds(3 * limit) {
                    http.send(String(HTTPConnectionTests.get.dropFirst(rest.count)) + rest)
                    isServed = (try? nextStatus(&http)) == 200
                    try await Task.sleep(for: .milliseconds(150))
                    longest = max(longest, .now - last)
                    last = .now
                }
                wasStarved = longest > .milliseconds(limit / 2)
                if !wasStarved { #expect(isServed) }
            }
        }
    }

    /// Answers that nobody reads don't pile up: requests wait instead, and are all answered when the peer reads.
    @Test func answersThatAreNotReadHoldBackRequests() async throws {
        try await TestServer.run { (server) async throws in
            var writer = try RawHTTP(port: server.restPort)
            let paths = (0..<15).map { "\"/\($0)\(String(repeating: "p", count: 4000))\"" }.joined(separator: ",")
            let action = #"{"tool_name":"a","tool_type":"mcp","file_paths":["# + paths + "]}"
            for _ in 0..<15 {
                writer.send(
                    "POST /api/actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(action.utf8.count)\r\n\r\n"
                        + action
                )
                #expect(try nextStatus(&writer) == 201)
            }
            var reader = try RawHTTP(port: server.restPort)
            let list = "GET /api/actions?limit=15 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            for _ in 0..<40 { reader.send(list) }
            // From the first answer that waits, for as long as some more could be made.
            var most = 0
            var polls = 0
            while polls < 40 {
                writer.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let lines = try writer.answer().text.split(separator: "\n")
                let line = lines.first { $0.hasPrefix("dcm_output_buffered_bytes ") }
                most = max(most, line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0)
                if most > 0 { polls += 1 }
            }
            #expect(most < 8 << 20)
            for _ in 0..<40 { #expect(try reader.answer().json["count"] as? Int == 15) }
        }
    }

    @Test func countsTheAnswersOfBothPorts() async throws {
        try await TestServer.run { (server) async throws in
            var rest = try RawHTTP(port: server.restPort)
            rest.send(HTTPConnectionTests.get)
            #expect(try nextStatus(&rest) == 200)
            var web = try RawHTTP(port: server.webSocketPort)
            web.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try nextStatus(&web) == 404)
            rest.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let text = try rest.answer().text
            #expect(text.contains(#"dcm_http_answers_total{class="2xx"} 1"#))
            #expect(text.contains(#"dcm_http_answers_total{class="4xx"} 1"#))
        }
    }

    @Test(arguments: ["/api/actions", "/api/actions/hourly", "/stats"])
    func aStaleAnswerSaysHowFarItIsBehind(path: String) async throws {
        try await TestServer.run { (server) async throws in
            var http = try RawHTTP(port: server.restPort)
            http.send("GET \(path)?stale=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let behind = try http.answer().json["behind"] as? [String: any Sendable]
            #expect(behind?["records"] as? Int == 0)
            http.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try http.answer().json["behind"] == nil)
        }
    }
}
