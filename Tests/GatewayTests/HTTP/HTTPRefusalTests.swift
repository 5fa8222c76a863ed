import HTTPTypes
import Testing

@testable import Gateway

/// Every rule with the requests that break it.
struct HTTPRefusalTests {
    private static let requestLines: [(String, HTTPParseError.Code)] = [
        ("GET / HTTP/1.1 ", .version), (" GET / HTTP/1.1", .requestLine), ("GET  / HTTP/1.1", .requestLine),
        ("GET /  HTTP/1.1", .version), ("GET /", .requestLine), ("GET", .requestLine), ("GET ", .requestLine),
        ("GET / x HTTP/1.1", .version), ("GET\t/ HTTP/1.1", .requestLine), ("GET /\tHTTP/1.1", .requestLine),
        ("GET /a\tb HTTP/1.1", .target), ("G(T / HTTP/1.1", .method), ("GET: / HTTP/1.1", .method),
        ("G\u{e9}T / HTTP/1.1", .method), ("GET / HTTP/1", .version), ("GET / http/1.1", .version),
        ("GET / HTTP/1.x", .version), ("GET / HTTP/11", .version), ("GET / HTTP/1.10", .version),
        ("GET / HTTP/01.1", .version), ("GET / HTTP-1.1", .version), ("GET / XTTP/1.1", .version),
        ("GET / HTTP/2.0", .unsupportedVersion), ("PRI * HTTP/2.0", .unsupportedVersion),
        ("GET / HTTP/0.9", .unsupportedVersion), ("GET / HTTP/3.1", .unsupportedVersion),
        ("GET x HTTP/1.1", .target), ("GET * HTTP/1.1", .target), ("OPTIONS ** HTTP/1.1", .target),
        ("CONNECT a:80 HTTP/1.1", .target), ("GET https://a/ HTTP/1.1", .target), ("GET http:/a HTTP/1.1", .target),
        ("GET http:///x HTTP/1.1", .target), ("GET http://u@a/ HTTP/1.1", .target),
        ("GET http://a:99999/ HTTP/1.1", .target), ("GET /a#b HTTP/1.1", .target),
        ("GET /\u{e9} HTTP/1.1", .target), ("GET ?a HTTP/1.1", .target),
    ]

    @Test(arguments: requestLines)
    func refusesRequestLines(_ line: String, _ code: HTTPParseError.Code) {
        #expect(RequestReading("\(line)\r\nHost: a\r\n\r\n").error == code)
    }

    private static let fields: [(String, HTTPParseError.Code)] = [
        ("X : 1", .fieldName), ("X\t: 1", .fieldName), (": 1", .fieldName), ("X", .fieldName),
        ("X\u{e9}: 1", .fieldName),
        ("X(: 1", .fieldName), ("X: 1\r\n y", .foldedField), ("X: 1\r\n\ty", .foldedField), (" X: 1", .foldedField),
        ("X: a\nY: b", .bareLineFeed), ("X: a\rY: b", .bareCarriageReturn), ("X: a\r\r\nY: b", .bareCarriageReturn),
        ("X: a\0b", .controlByte), ("X: \u{1}", .controlByte), ("X: \u{7f}", .controlByte), ("X\0: a", .controlByte),
        ("X: \u{b}", .controlByte), ("X: \u{1b}[0m", .controlByte),
        ("Host: a", .hostRepeated), ("HOST: b", .hostRepeated),
        ("Content-Length: ", .contentLength), ("Content-Length: +5", .contentLength),
        ("Content-Length: -5", .contentLength), ("Content-Length: 5 5", .contentLength),
        ("Content-Length: 5, 5", .contentLength), ("Content-Length: 0x5", .contentLength),
        ("Content-Length: 5a", .contentLength), ("Content-Length: \"5\"", .contentLength),
        ("Content-Length: \u{0665}", .contentLength), ("Content-Length: 5.0", .contentLength),
        ("Content-Length: 9223372036854775808", .contentLength),
        ("Content-Length: 18446744073709551621", .contentLength),
        ("Content-Length: 99999999999999999999999", .contentLength),
        ("Content-Length: 5\r\nContent-Length: 5", .contentLengthRepeated),
        ("Content-Length: 5\r\ncontent-length: 6", .contentLengthRepeated),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", .lengthAndTransferEncoding),
        ("Transfer-Encoding: chunked\r\nContent-Length: 0", .lengthAndTransferEncoding),
        ("Transfer-Encoding: ", .transferEncoding), ("Transfer-Encoding: chunked, chunked", .transferEncoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .transferEncoding),
        ("Transfer-Encoding: chunked, gzip", .transferEncoding), ("Transfer-Encoding: ,chunked", .transferEncoding),
        ("Transfer-Encoding: chunked,", .transferEncoding), ("Transfer-Encoding: chunked;a=1", .transferEncoding),
        ("Transfer-Encoding: chun ked", .transferEncoding), ("Transfer-Encoding: \"chunked\"", .transferEncoding),
        ("Transfer-Encoding: gzip, chunked", .transferEncodingUnknown),
        ("Transfer-Encoding: gzip", .transferEncodingUnknown),
        ("Transfer-Encoding: identity", .transferEncodingUnknown),
        ("Transfer-Encoding: xchunked", .transferEncodingUnknown),
        ("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", .transferEncodingUnknown),
        ("Expect: 200-ok", .expectation), ("Expect: ", .expectation),
        ("Expect: 100-continue, 100-continue", .expectation),
    ]

    @Test(arguments: fields)
    func refusesFields(_ field: String, _ code: HTTPParseError.Code) {
        #expect(RequestReading("POST / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n").error == code)
    }

    @Test(
        arguments: [
            ("", .hostMissing), ("Host:\r\n", .hostMalformed), ("Host: a b\r\n", .hostMalformed),
            ("Host: a,b\r\n", .hostMalformed), ("Host: u@a\r\n", .hostMalformed), ("Host: a/b\r\n", .hostMalformed),
            ("Host: a:b\r\n", .hostMalformed), ("Host: a:1:2\r\n", .hostMalformed),
            ("Host: a:65536\r\n", .hostMalformed),
            ("Host: :80\r\n", .hostMalformed), ("Host: ::1\r\n", .hostMalformed), ("Host: [::1\r\n", .hostMalformed),
            ("Host: [::1]x\r\n", .hostMalformed), ("Host: []\r\n", .hostMalformed),
            ("Host: h\u{e9}\r\n", .hostMalformed),
        ] as [(String, HTTPParseError.Code)]
    )
    func refusesHosts(_ field: String, _ code: HTTPParseError.Code) {
        #expect(RequestReading("GET / HTTP/1.1\r\n\(field)\r\n").error == code)
    }

    @Test func refusesHostAlsoWhereTheTargetOverrulesIt() {
        #expect(RequestReading("GET http://a/ HTTP/1.1\r\n\r\n").error == .hostMissing)
        #expect(RequestReading("GET http://a/ HTTP/1.1\r\nHost: @\r\n\r\n").error == .hostMalformed)
        #expect(RequestReading("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n").error == .hostRepeated)
    }

    @Test func refusesTransferEncodingInHTTP10() {
        let text = "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(RequestReading(text).error == .transferEncodingInHTTP10)
    }

    @Test(
        arguments: [
            ("\r\n\r\nGET", .repeatedEmptyLine), ("\n", .bareLineFeed), ("\r\n\n", .bareLineFeed),
            ("\rG", .bareCarriageReturn),
            ("\r\r\n", .bareCarriageReturn), ("GET / HTTP/1.1\n", .bareLineFeed), ("\u{16}\u{3}\u{1}", .controlByte),
            ("\0", .controlByte), ("GET /\rHTTP/1.1\r\n", .bareCarriageReturn),
        ] as [(String, HTTPParseError.Code)]
    )
    func refusesAtOnceWhatCanNotBecomeAHead(_ text: String, _ code: HTTPParseError.Code) {
        #expect(RequestReading(text).error == code)
    }

    private static let chunks: [(String, HTTPParseError.Code)] = [
        ("\r\n", .chunkSize), ("g\r\n", .chunkSize), ("-1\r\n", .chunkSize), ("+1\r\n", .chunkSize),
        ("0x1\r\n", .chunkSize), (" 1\r\n", .chunkSize), ("1 \r\n", .chunkSize), ("1\t;a\r\n", .chunkSize),
        (";a\r\n", .chunkSize), ("1\n", .chunkSize), ("1;a\n", .chunkSize), ("1\rx", .chunkSize),
        ("1;a\0\r\n", .chunkSize),
        ("1;\u{e9}\r\n", .chunkSize), ("1;a\rb", .chunkSize), ("FFFFFFFFFFFFFFFF\r\n", .chunkSize),
        ("8000000000000000\r\n", .chunkSize), ("10000000000000001\r\n", .chunkSize),
        ("0000000000000001\r\n", .chunkSize), ("FFFFFFFFFFFFFFF\r\n", .contentTooLarge),
        ("1\r\nab", .chunkEnd), ("1\r\na\n", .chunkEnd), ("1\r\na\rb", .chunkEnd), ("1\r\na0\r\n", .chunkEnd),
        ("0\r\n\n", .trailer), ("0\r\n\rx", .trailer), ("0\r\nX\r\n", .trailer), ("0\r\n: x\r\n", .trailer),
        ("0\r\nX : x\r\n", .trailer), ("0\r\n X: x\r\n", .trailer), ("0\r\nX: x\r\n y\r\n", .trailer),
        ("0\r\nX: x\n", .trailer), ("0\r\nX: x\ry", .trailer), ("0\r\nX: \0\r\n", .trailer),
    ]

    @Test(arguments: chunks)
    func refusesChunks(_ body: String, _ code: HTTPParseError.Code) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let reading = RequestReading(head + body)
        #expect(reading.heads.count == 1)
        #expect(reading.error == code)
        #expect(reading.ends == 0)
    }

    @Test(arguments: HTTPParseError.Code.allCases)
    func everyErrorHasAStatusAndASentence(_ code: HTTPParseError.Code) {
        let error = HTTPParseError(code)
        #expect([400, 413, 414, 417, 431, 501, 505].contains(error.status.code))
        #expect(error.message.hasSuffix(".") && error.message.utf8.count > 20)
    }

    @Test(
        arguments: [
            (.requestLineTooLong, 414), (.tooManyFields, 431), (.headTooLarge, 431), (.trailerTooLarge, 431),
            (.contentTooLarge, 413), (.chunkExtensionTooLarge, 413), (.expectation, 417),
            (.transferEncodingUnknown, 501),
            (.unsupportedVersion, 505), (.hostMissing, 400), (.contentLength, 400),
        ] as [(HTTPParseError.Code, Int)]
    )
    func answersWithTheStatusOfTheRule(_ code: HTTPParseError.Code, _ status: Int) {
        #expect(HTTPParseError(code).status.code == status)
    }
}
