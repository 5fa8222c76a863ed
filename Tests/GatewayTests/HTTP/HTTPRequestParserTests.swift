import HTTPTypes
import Testing

@testable import Gateway

struct HTTPRequestParserTests {
    @Test func readsARequestWithALength() throws {
        let reading = RequestReading(
            "POST /api/actions?stale=1&x HTTP/1.1\r\nHost: localhost:3847\r\nUser-Agent: curl/8\r\n"
                + "content-type: application/json\r\nX-Odd:  a b\t \r\nContent-Length: 5\r\n\r\nhello"
        )
        let head = try #require(reading.heads.first)
        #expect(reading.error == nil)
        #expect(reading.events == [.head(head), .body(Array("hello".utf8)), .end])
        #expect(head.method == .post)
        #expect(head.target == "/api/actions?stale=1&x")
        #expect(head.path == "/api/actions")
        #expect(head.query == "stale=1&x")
        #expect(head.authority == "localhost:3847")
        #expect(head.framing == .length(5))
        #expect(head.keepAlive && !head.isHTTP10 && !head.expectsContinue && !head.wantsWebSocketUpgrade)
        #expect(head.fields.map(\.name.canonicalName) == ["user-agent", "content-type", "x-odd", "content-length"])
        #expect(head.fields[.contentType] == "application/json")
        #expect(head.fields[try #require(HTTPField.Name("x-odd"))] == "a b")
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "/", nil, "a"),
            ("GET /? HTTP/1.1\r\nHost: a\r\n\r\n", "/", "", "a"),
            ("GET /a?b?c HTTP/1.1\r\nHost: a\r\n\r\n", "/a", "b?c", "a"),
            ("GET //x/../%2F|{ HTTP/1.1\r\nHost: a\r\n\r\n", "//x/../%2F|{", nil, "a"),
            ("GET http://b:1/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "/x", "y", "b:1"),
            ("GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n", "/", nil, "b"),
            ("GET http://b?y HTTP/1.1\r\nHost: a\r\n\r\n", "/", "y", "b"),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*", nil, "a"),
            ("GET / HTTP/1.1\r\nhOST:[::1]:80\r\n\r\n", "/", nil, "[::1]:80"),
            ("GET / HTTP/1.0\r\n\r\n", "/", nil, ""),
            ("brew!#$ / HTTP/1.1\r\nHost: a\r\n\r\n", "/", nil, "a"),
            ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "/", nil, "a"),
            ("GET / HTTP/1.9\r\nHost: a\r\n\r\n", "/", nil, "a"),
        ] as [(String, String, String?, String)]
    )
    func readsTargets(_ text: String, path: String, query: String?, authority: String) {
        let reading = RequestReading(text)
        #expect(reading.error == nil)
        #expect(reading.ends == 1)
        #expect(reading.heads.map(\.path) == [path])
        #expect(reading.heads.map(\.query) == [query])
        #expect(reading.heads.map(\.authority) == [authority])
    }

    @Test(arguments: [
        ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x, CLOSE\r\n", false),
        ("1.1", "Connection: a\r\nConnection: close\r\n", false), ("1.1", "Connection: closed\r\n", true),
        ("1.0", "", false), ("1.0", "Connection: Keep-Alive\r\n", true),
        ("1.0", "Connection: keep-alive, close\r\n", false), ("1.2", "", true),
    ])
    func knowsWhetherToKeepTheConnection(_ version: String, _ fields: String, _ keepAlive: Bool) {
        let reading = RequestReading("GET / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")
        #expect(reading.heads.map(\.keepAlive) == [keepAlive])
        #expect(reading.heads.map(\.isHTTP10) == [version == "1.0"])
    }

    @Test(arguments: [
        ("1.1", "Content-Length: 1\r\nExpect: 100-Continue\r\n", true),
        ("1.1", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n", true),
        ("1.1", "Expect: 100-continue\r\n", false),
        ("1.1", "Content-Length: 0\r\nExpect: 100-continue\r\n", false),
        ("1.0", "Content-Length: 1\r\nExpect: 100-continue\r\n", false),
        ("1.1", "Content-Length: 1\r\n", false),
    ])
    func knowsWhetherTheClientWaits(_ version: String, _ fields: String, _ expected: Bool) {
        let reading = RequestReading("PUT / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")
        #expect(reading.heads.map(\.expectsContinue) == [expected])
    }

    @Test(arguments: [
        ("GET", "1.1", "Upgrade: websocket\r\nConnection: Upgrade\r\n", true),
        ("GET", "1.1", "Upgrade: h2c, WebSocket\r\nConnection: keep-alive, upgrade\r\n", true),
        ("GET", "1.1", "Upgrade: websocket\r\n", false),
        ("GET", "1.1", "Connection: Upgrade\r\n", false),
        ("GET", "1.1", "Upgrade: websockets\r\nConnection: Upgrade\r\n", false),
        ("GET", "1.0", "Upgrade: websocket\r\nConnection: Upgrade\r\n", false),
        ("POST", "1.1", "Upgrade: websocket\r\nConnection: Upgrade\r\n", false),
        ("GET", "1.1", "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 3\r\n", false),
    ])
    func knowsAnUpgrade(_ method: String, _ version: String, _ fields: String, _ wanted: Bool) {
        let reading = RequestReading("\(method) / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")
        #expect(reading.heads.map(\.wantsWebSocketUpgrade) == [wanted])
    }

    @Test func handsOverTheBytesBehindAnUpgrade() throws {
        var parser = HTTPRequestParser()
        let text = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\u{1}frame"
        parser.append(Array(text.utf8).span)
        guard case .head(let head)? = try parser.next() else {
            Issue.record("no head")
            return
        }
        #expect(head.wantsWebSocketUpgrade)
        #expect(try parser.next() == .end)
        #expect(parser.takeRemainder() == Array("\u{1}frame".utf8))
        #expect(parser.bufferedBytes == 0)
    }

    @Test func keepsAValueThatIsNotUTF8AsBytes() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xE9, 0xFF] + Array("\r\n\r\n".utf8)
        let head = try #require(RequestReading([bytes[...]]).heads.first)
        let field = try #require(head.fields.first)
        let value = unsafe field.withUnsafeBytesOfValue { unsafe Array($0) }
        #expect(value == [0xE9, 0xFF])
    }

    @Test func readsChunks() {
        let reading = RequestReading(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5\r\nhello\r\n00A;ext=\"v\"; b\r\n0123456789\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\nGET / HTTP/1.1\r\n"
        )
        #expect(reading.error == nil)
        #expect(reading.bodies == ["hello0123456789"])
        #expect(reading.ends == 1)
        #expect(reading.left == 16)
    }

    @Test func readsPipelinedRequestsOneAfterTheOther() {
        let one = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
        let two = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        let three = "PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n"
        let reading = RequestReading(one + two + "\r\n" + three + two)
        #expect(reading.heads.map(\.path) == ["/1", "/2", "/3", "/2"])
        #expect(reading.bodies == ["ab", "", "c", ""])
        #expect(reading.ends == 4)
    }

    @Test func isIdleOnlyBetweenRequests() throws {
        var parser = HTTPRequestParser()
        #expect(parser.isIdle)
        var idle: [Bool] = []
        for byte in "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx".utf8 {
            parser.append([byte].span)
            while try parser.next() != nil {}
            idle.append(parser.isIdle)
        }
        // The empty line is no request yet; the last byte ends the request.
        #expect(idle.first == false && idle[1] && idle.last == true)
        #expect(!idle[2..<idle.count - 1].contains(true))
        #expect(parser.bufferedBytes == 0)
    }

    @Test func holdsLittleWhenIdle() throws {
        #expect(MemoryLayout<HTTPRequestParser>.size < 200)
        var parser = HTTPRequestParser()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"
        parser.append(Array((head + String(repeating: "x", count: 60_000)).utf8).span)
        while try parser.next() != nil {}
        #expect(parser.heldCapacity == 0)
        parser.append(Array((head + String(repeating: "x", count: 60_000) + "GET").utf8).span)
        while try parser.next() != nil {}
        #expect(parser.bufferedBytes == 3)
        #expect(parser.heldCapacity < 1024)
    }

    @Test func staysFailed() throws {
        var parser = HTTPRequestParser()
        parser.append(Array("GET\n".utf8).span)
        let error = HTTPParseError(.bareLineFeed)
        #expect(throws: error) { try parser.next() }
        parser.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).span)
        #expect(throws: error) { try parser.next() }
        #expect(!parser.isIdle)
        #expect(parser.bufferedBytes == 0)
    }
}
