import Testing

@testable import Gateway

struct HTTPLimitsTests {
    private let head = "POST / HTTP/1.1\r\nHost: a\r\n"

    /// Feeds the same piece again and again; returns the error and how many bytes it took.
    private func endless(_ start: String, _ piece: String, limit: Int = 1_000_000) -> (HTTPParseError.Code?, Int) {
        var parser = HTTPRequestParser()
        parser.append(Array(start.utf8).span)
        var fed = 0
        do {
            while fed < limit {
                while try parser.next() != nil {}
                parser.append(Array(piece.utf8).span)
                fed += piece.utf8.count
            }
        } catch {
            return (error.code, fed)
        }
        return (nil, fed)
    }

    @Test(
        arguments: [
            ("GET /", "a", .requestLineTooLong, 8 << 10),
            ("GET", "a", .requestLineTooLong, 8 << 10),
            ("GET / HTTP/1.1\r\nX: ", "a", .headTooLarge, 32 << 10),
            ("GET / HTTP/1.1\r\n", "a", .headTooLarge, 32 << 10),
            ("GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", .tooManyFields, 606),
        ] as [(String, String, HTTPParseError.Code, Int)]
    )
    func boundsHeads(_ start: String, _ piece: String, _ code: HTTPParseError.Code, _ most: Int) {
        let (error, fed) = endless(start, piece)
        #expect(error == code)
        #expect(fed <= most)
    }

    @Test(
        arguments: [
            ("", "0", .chunkSize, 16),
            ("1;", "a", .chunkExtensionTooLarge, 4097),
            ("", "1;aaaa\r\nx\r\n", .chunkExtensionTooLarge, 10_000),
            ("0\r\nX: ", "a", .trailerTooLarge, 8 << 10),
            ("0\r\n", "a", .trailerTooLarge, (8 << 10) + 1),
            ("0\r\n", "X: y\r\n", .trailerTooLarge, 606),
            ("", "400\r\n" + String(repeating: "x", count: 1024) + "\r\n", .contentTooLarge, 1_100_000),
        ] as [(String, String, HTTPParseError.Code, Int)]
    )
    func boundsChunks(_ start: String, _ piece: String, _ code: HTTPParseError.Code, _ most: Int) {
        let (error, fed) = endless(head + "Transfer-Encoding: chunked\r\n\r\n" + start, piece, limit: 2_000_000)
        #expect(error == code)
        #expect(fed <= most)
    }

    @Test func tenThousandFieldsAre431() {
        let fields = String(repeating: "A:\r\n", count: 10_000)
        #expect(RequestReading("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n").error == .tooManyFields)
    }

    @Test func theLimitsThemselvesAreAllowed() {
        let limits = HTTPLimits(maxRequestLine: 20, maxHead: 40, maxFieldCount: 2, maxBody: 3)
        // 20 bytes of request line, 40 of head, 2 fields, 3 of body.
        let line = "POST /1234 HTTP/1.1\r\n"
        #expect(RequestReading(line, limits: limits).error == .requestLineTooLong)
        let fits = "POST /123 HTTP/1.1\r\n"
        #expect(fits.utf8.count == 20)
        let full = fits + "Host:a\r\nContent-Length:3\r\n\r\n"
        var wide = limits
        wide.maxHead = full.utf8.count
        #expect(RequestReading(full + "abc", limits: wide).ends == 1)
        wide.maxHead -= 1
        #expect(RequestReading(full + "abc", limits: wide).error == .headTooLarge)
        wide.maxHead = 1000
        #expect(RequestReading(fits + "Host:a\r\nA:\r\nB:\r\n\r\n", limits: wide).error == .tooManyFields)
        #expect(RequestReading(fits + "Host:a\r\nA:\r\n\r\n", limits: wide).ends == 1)
    }

    @Test func aLengthAboveTheLimitIsRefusedBeforeTheBody() {
        let text = head + "Content-Length: 20000000\r\n\r\n"
        let reading = RequestReading(text)
        #expect(reading.heads.count == 1)
        #expect(reading.error == .contentTooLarge)
        #expect(RequestReading(text, bodyLimit: 20_000_000).error == nil)
        #expect(RequestReading(text, bodyLimit: 19_999_999).error == .contentTooLarge)
        #expect(RequestReading(head + "Content-Length: 9223372036854775807\r\n\r\n").error == .contentTooLarge)
    }

    @Test func theBodyLimitIsOfOneRequest() {
        let request = head + "Content-Length: 4\r\n\r\nabcd"
        var parser = HTTPRequestParser(limits: HTTPLimits(maxBody: 3))
        parser.append(Array((request + request).utf8).span)
        #expect(throws: HTTPParseError(.contentTooLarge)) {
            guard case .head? = try parser.next() else { return }
            parser.setBodyLimit(4)
            #expect(try parser.next() == .body(Array("abcd".utf8)))
            #expect(try parser.next() == .end)
            guard case .head? = try parser.next() else { return }
            _ = try parser.next()
        }
    }

    @Test func aChunkedBodyIsRefusedWithTheChunkThatPassesTheLimit() {
        let text = head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\n"
        let reading = RequestReading(text, bodyLimit: 4)
        #expect(reading.bodies == ["abc"])
        #expect(reading.error == .contentTooLarge)
        #expect(RequestReading(text + "de\r\n0\r\n\r\n", bodyLimit: 5).ends == 1)
    }
}
