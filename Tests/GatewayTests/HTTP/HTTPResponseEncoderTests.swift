import HTTPTypes
import TestSupport
import Testing

@testable import Gateway

struct HTTPResponseEncoderTests {
    private let date = HTTPDate(epochSeconds: 784_111_777)
    private let keep = HTTPResponseContext(isHead: false, isHTTP10: false, keepAlive: true)

    private func encode(
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields = [:],
        body: String = "",
        _ context: HTTPResponseContext
    ) throws -> ResponseReading {
        var output: [UInt8] = []
        let head = HTTPResponseHead(status: status, fields: fields)
        try HTTPResponseEncoder.encode(head, body: Array(body.utf8), context: context, date: date, into: &output)
        return try #require(ResponseReading(output))
    }

    @Test func writesStatusFieldsAndBody() throws {
        var output = Array("before".utf8)
        let head = HTTPResponseHead(status: .notFound, fields: [.contentType: "text/plain", .eTag: "\"é\""])
        try HTTPResponseEncoder.encode(head, body: Array("no".utf8), context: keep, date: date, into: &output)
        let expected =
            "beforeHTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nETag: \"é\"\r\nContent-Length: 2\r\n"
            + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nno"
        #expect(String(decoding: output, as: UTF8.self) == expected)
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 12_345])
    func writesTheLength(_ length: Int) throws {
        let answer = try encode(.ok, body: String(repeating: "x", count: length), keep)
        #expect(answer.value("Content-Length") == "\(length)")
        #expect(answer.body.utf8.count == length)
    }

    @Test(
        arguments: [
            (false, true, nil), (false, false, "close"), (true, true, "keep-alive"), (true, false, "close"),
        ] as [(Bool, Bool, String?)]
    )
    func saysWhatHappensToTheConnection(_ isHTTP10: Bool, _ keepAlive: Bool, _ expected: String?) throws {
        let context = HTTPResponseContext(isHead: false, isHTTP10: isHTTP10, keepAlive: keepAlive)
        #expect(try encode(.ok, body: "x", context).value("Connection") == expected)
        var output: [UInt8] = []
        try HTTPResponseEncoder.encodeJSON(.ok, body: [0x31], context: context, date: date, into: &output)
        #expect(ResponseReading(output)?.value("Connection") == expected)
    }

    @Test func headHasTheLengthWithoutTheBody() throws {
        let context = HTTPResponseContext(isHead: true, isHTTP10: false, keepAlive: true)
        let answer = try encode(.ok, body: "hello", context)
        #expect(answer.value("Content-Length") == "5")
        #expect(answer.body.isEmpty)
        var output: [UInt8] = []
        try HTTPResponseEncoder.encodeJSON(
            .created,
            body: Array("{}".utf8),
            context: context,
            date: date,
            into: &output
        )
        #expect(ResponseReading(output)?.value("Content-Length") == "2")
        #expect(ResponseReading(output)?.body.isEmpty == true)
    }

    @Test(arguments: [100, 101, 103, 204, 304])
    func someStatusesHaveNoBody(_ code: Int) throws {
        let answer = try encode(.init(code: code), body: "hello", keep)
        #expect(answer.value("Content-Length") == nil)
        #expect(answer.body.isEmpty)
        #expect(answer.statusLine == "HTTP/1.1 \(code) ")
    }

    @Test func switchingProtocolsKeepsItsOwnConnectionField() throws {
        let closing = HTTPResponseContext(isHead: false, isHTTP10: false, keepAlive: false)
        let answer = try encode(.switchingProtocols, [.connection: "Upgrade", .upgrade: "websocket"], closing)
        #expect(answer.fields.filter { $0.hasPrefix("Connection") } == ["Connection: Upgrade"])
    }

    @Test(arguments: [200, 201, 202, 400, 503])
    func jsonIsTheSameOnTheFastWay(_ code: Int) throws {
        let status: HTTPResponse.Status =
            [200: .ok, 201: .created, 202: .accepted, 400: .badRequest][code] ?? .serviceUnavailable
        let body = #"{"a":"é"}"#
        var output: [UInt8] = []
        try HTTPResponseEncoder.encodeJSON(
            status,
            body: Array(body.utf8),
            fields: [.vary: "Origin"],
            context: keep,
            date: date,
            into: &output
        )
        let slow = try encode(status, [.contentType: "application/json", .vary: "Origin"], body: body, keep)
        #expect(ResponseReading(output) == slow)
        #expect(slow.body == body)
    }

    @Test(arguments: [HTTPField.Name.contentLength, .transferEncoding, .date, .connection])
    func refusesFieldsOfItsOwn(_ name: HTTPField.Name) {
        let error = HTTPEncodeError(code: .reservedField, field: name.rawName)
        var output: [UInt8] = [7]
        #expect(throws: error) {
            let head = HTTPResponseHead(status: .ok, fields: [name: "1"])
            try HTTPResponseEncoder.encode(head, context: keep, date: date, into: &output)
        }
        #expect(throws: error) {
            try HTTPResponseEncoder.encodeJSON(
                .ok,
                body: [],
                fields: [name: "1"],
                context: keep,
                date: date,
                into: &output
            )
        }
        #expect(output == [7])
    }

    /// swift-http-types turns CR, LF and NUL into spaces and lets other controls through in its lenient form.
    @Test(arguments: [UInt8(0), 1, 0x0A, 0x0B, 0x0D, 0x1F, 0x7F])
    func noControlByteGetsIntoAValue(_ byte: UInt8) throws {
        for isJSON in [false, true] {
            var fields = HTTPFields()
            fields.append(HTTPField(name: .eTag, lenientValue: [0x61, byte, 0x62]))
            var output: [UInt8] = []
            do {
                if isJSON {
                    try HTTPResponseEncoder.encodeJSON(
                        .ok,
                        body: [],
                        fields: fields,
                        context: keep,
                        date: date,
                        into: &output
                    )
                } else {
                    let head = HTTPResponseHead(status: .ok, fields: fields)
                    try HTTPResponseEncoder.encode(head, context: keep, date: date, into: &output)
                }
                #expect(ResponseReading(output)?.value("ETag") == "a b")
            } catch {
                #expect(error == HTTPEncodeError(code: .fieldValue, field: "ETag"))
                #expect(output.isEmpty)
            }
        }
    }

    @Test func theContextComesFromTheRequest() throws {
        let head = try #require(RequestReading("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").heads.first)
        let context = HTTPResponseContext(head)
        #expect(context == HTTPResponseContext(isHead: true, isHTTP10: true, keepAlive: true))
        #expect(!HTTPResponseContext(head, mayKeepAlive: false).keepAlive)
        #expect(!HTTPResponseContext.closing.keepAlive)
    }

    @Test func continueIsAWholeInterimAnswer() {
        #expect(ResponseReading(HTTPResponseEncoder.continue100)?.statusLine == "HTTP/1.1 100 Continue")
    }

    @Test func randomAnswersComeBackAsTheyWere() throws {
        var generator = SeededGenerator(seed: 7)
        let statuses: [HTTPResponse.Status] = [.ok, .created, .badRequest, .notFound, .serviceUnavailable]
        let names: [HTTPField.Name] = [.vary, .eTag, .retryAfter, .cacheControl, .location]
        for _ in 0..<500 {
            let status = try #require(statuses.randomElement(using: &generator))
            var fields = HTTPFields()
            for name in names.shuffled(using: &generator).prefix(Int.random(in: 0...5, using: &generator)) {
                let length = Int.random(in: 1...40, using: &generator)
                let value = (0..<length).map { _ in UInt8.random(in: 0x21...0x7E, using: &generator) }
                fields.append(HTTPField(name: name, value: String(decoding: value, as: UTF8.self)))
            }
            let body = String(repeating: "b", count: Int.random(in: 0...3000, using: &generator))
            let answer = try encode(status, fields, body: body, keep)
            #expect(answer.statusLine == "HTTP/1.1 \(status.code) \(status.reasonPhrase)")
            let own = ["Content-Length: \(body.utf8.count)", "Date: Sun, 06 Nov 1994 08:49:37 GMT"]
            #expect(answer.fields == fields.map { "\($0.name.rawName): \($0.value)" } + own)
            #expect(answer.body == body)
        }
    }
}
