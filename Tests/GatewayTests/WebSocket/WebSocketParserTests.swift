import Gateway
import Testing

@Suite struct WebSocketParserTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var input: [UInt8]
        var code: WebSocketCloseCode
        var compression: WebSocketCompression?
        var limits = WebSocketLimits(maxMessage: 1000, maxFragments: 3, maxFrame: 2000)

        init(_ name: String, _ frames: RawFrame..., code: WebSocketCloseCode, deflate: Bool = false) {
            testDescription = name
            input = frames.flatMap(\.bytes)
            self.code = code
            compression = deflate ? WebSocketCompression() : nil
        }
    }

    static let refusals: [Refusal] = [
        Refusal("RSV1 without an extension", RawFrame(0xC1, "a"), code: .protocolError),
        Refusal("RSV2", RawFrame(0xA1, "a"), code: .protocolError),
        Refusal("RSV3", RawFrame(0x91, "a"), code: .protocolError),
        Refusal("RSV2 with compression", RawFrame(0xA1, "a"), code: .protocolError, deflate: true),
        Refusal("RSV1 on a ping", RawFrame(0xC9, "a"), code: .protocolError, deflate: true),
        Refusal(
            "RSV1 on a continuation",
            RawFrame(0x41, [0]),
            RawFrame(0xC0, [0]),
            code: .protocolError,
            deflate: true
        ),
        Refusal("opcode 3", RawFrame(0x83), code: .protocolError),
        Refusal("opcode 7", RawFrame(0x87), code: .protocolError),
        Refusal("opcode 11", RawFrame(0x8B), code: .protocolError),
        Refusal("opcode 15", RawFrame(0x8F), code: .protocolError),
        Refusal("no mask from a client", RawFrame(0x81, [0x61], isMasked: false), code: .protocolError),
        Refusal("fragmented ping", RawFrame(0x09, "a"), code: .protocolError),
        Refusal("fragmented close", RawFrame(0x08), code: .protocolError),
        Refusal("ping of 126 bytes", RawFrame(0x89, [UInt8](repeating: 1, count: 126)), code: .protocolError),
        Refusal(
            "ping with a 64-bit length",
            RawFrame(0x89, [1], length: (127, [0, 0, 0, 0, 0, 0, 0, 1])),
            code: .protocolError
        ),
        Refusal("continuation of nothing", RawFrame(0x80, "a"), code: .protocolError),
        Refusal("open continuation of nothing", RawFrame(0x00, "a"), code: .protocolError),
        Refusal("continuation after the end", RawFrame(0x01), RawFrame(0x80), RawFrame(0x80), code: .protocolError),
        Refusal("text inside a text", RawFrame(0x01, "a"), RawFrame(0x81, "b"), code: .protocolError),
        Refusal("binary inside a text", RawFrame(0x01, "a"), RawFrame(0x02, "b"), code: .protocolError),
        Refusal("16-bit length of 125", RawFrame(0x82, length: (126, [0, 125])), code: .protocolError),
        Refusal(
            "64-bit length of 65535",
            RawFrame(0x82, length: (127, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF])),
            code: .protocolError
        ),
        Refusal(
            "length with top bit",
            RawFrame(0x82, length: (127, [0x80, 0, 0, 0, 0, 1, 0, 0])),
            code: .protocolError
        ),
        Refusal(
            "largest length",
            RawFrame(0x82, length: (127, [0x7F] + [UInt8](repeating: 0xFF, count: 7))),
            code: .messageTooBig
        ),
        Refusal("message over the limit", RawFrame(0x82, length: (126, [0x03, 0xE9])), code: .messageTooBig),
        Refusal(
            "fragments over the limit",
            RawFrame(0x02, [UInt8](repeating: 0, count: 600)),
            RawFrame(0x80, length: (126, [0x01, 0x91])),
            code: .messageTooBig
        ),
        Refusal(
            "compressed frame over the limit",
            RawFrame(0xC2, length: (126, [0x07, 0xD1])),
            code: .messageTooBig,
            deflate: true
        ),
        Refusal(
            "fourth fragment of three",
            RawFrame(0x01),
            RawFrame(0x00),
            RawFrame(0x00),
            RawFrame(0x00),
            code: .policyViolation
        ),
        Refusal("close of one byte", RawFrame(0x88, [3]), code: .protocolError),
        Refusal("close reason not UTF-8", RawFrame(0x88, [0x03, 0xE8, 0xCE, 0xBA, 0xE1]), code: .invalidPayload),
        Refusal("text not UTF-8", RawFrame(0x81, [0x61, 0xFF]), code: .invalidPayload),
        Refusal("text cut in a scalar", RawFrame(0x81, [0x61, 0xC3]), code: .invalidPayload),
        Refusal("fragments cut in a scalar", RawFrame(0x01, [0xE2, 0x82]), RawFrame(0x80), code: .invalidPayload),
        Refusal(
            "scalar broken across fragments",
            RawFrame(0x01, [0xE2, 0x82]),
            RawFrame(0x80, "a"),
            code: .invalidPayload
        ),
        Refusal("compressed text not UTF-8", RawFrame(0xC1, [0xFA, 0x0F, 0x00]), code: .invalidPayload, deflate: true),
        Refusal("not deflate", RawFrame(0xC2, [0x07]), code: .invalidPayload, deflate: true),
        Refusal(
            "deflate that swallows the tail",
            RawFrame(0xC2, [0x00, 0x08, 0x00, 0xF7, 0xFF]),
            code: .invalidPayload,
            deflate: true
        ),
    ]

    @Test(arguments: refusals) func refuses(_ refusal: Refusal) throws {
        let whole = WebSocketParser.transcript(
            of: refusal.input,
            limits: refusal.limits,
            compression: refusal.compression
        )
        let bytewise = WebSocketParser.transcript(
            of: refusal.input,
            cuts: Array(0..<refusal.input.count),
            limits: refusal.limits,
            compression: refusal.compression
        )
        #expect(whole == bytewise)
        guard case .failure(let code, _) = try #require(whole.last).event else {
            Issue.record("no failure: \(whole)")
            return
        }
        #expect(code == refusal.code)
    }

    @Test func refusesMaskedFramesFromAServer() {
        let seen = WebSocketParser.transcript(of: RawFrame(0x81, "a").bytes, role: .client)
        #expect(seen == [.bare(.failure(.protocolError, reason: "Frame is masked"))])
    }

    @Test func failsAtTheFirstByteThatShowsIt() {
        func events(_ bytes: [UInt8]) -> Int { WebSocketParser.transcript(of: bytes).count }
        #expect(events([0x83]) == 0 && events([0x83, 0x80]) == 1)
        #expect(events([0x89, 0xFE]) == 1)
        // A text of 100 bytes whose third byte is wrong.
        let text = RawFrame(0x81, [0x61, 0x61, 0xFF] + [UInt8](repeating: 0x61, count: 97)).bytes
        #expect(events(Array(text[..<8])) == 0 && events(Array(text[..<9])) == 1)
        // A scalar above U+10FFFF is wrong at its second byte.
        let fragment = RawFrame(0x01, [0xF4, 0x90, 0x80, 0x80]).bytes
        #expect(events(Array(fragment[..<7])) == 0 && events(Array(fragment[..<8])) == 1)
    }

    @Test func ignoresEverythingAfterAFailureOrAClose() {
        let message = RawFrame(0x81, "a").bytes
        #expect(WebSocketParser.transcript(of: RawFrame(0x83).bytes + message).count == 1)
        #expect(WebSocketParser.transcript(of: RawFrame(0x88).bytes + message + message, cuts: [6, 9]).count == 1)
    }

    static let allowed: [ClosedRange<UInt16>] = [1000...1003, 1007...1014, 3000...4999]

    @Test func knowsEveryCloseCode() {
        for code in UInt16.min...UInt16.max {
            let frame = RawFrame(0x88, [UInt8(code >> 8), UInt8(code & 0xFF), 0x68, 0x69])
            let isAllowed = Self.allowed.contains { $0.contains(code) }
            let expected: WebSocketEvent =
                isAllowed
                ? .close(code: WebSocketCloseCode(rawValue: code), reason: "hi")
                : .failure(.protocolError, reason: "Close code not allowed")
            if WebSocketParser.transcript(of: frame.bytes) != [.bare(expected)] { Issue.record("\(code)") }
        }
    }

    @Test func readsAWholeConversation() {
        let long = [UInt8](repeating: 0x7A, count: 70_000)
        let input = [
            RawFrame(0x81, "Grüße"), RawFrame(0x82, [0, 0xFF]), RawFrame(0x81), RawFrame(0x89, "are you there"),
            RawFrame(0x01, [0xE2]), RawFrame(0x8A), RawFrame(0x00, [0x82]), RawFrame(0x89), RawFrame(0x00),
            RawFrame(0x80, [0xAC]), RawFrame(0x82, Array(long[..<126])), RawFrame(0x82, long), RawFrame(0x88),
        ].flatMap(\.bytes)
        let expected: [SeenEvent] = [
            .text("Grüße"), .binary([0, 0xFF]), .text(""), .bare(.ping(Array("are you there".utf8))),
            .bare(.pong([])), .bare(.ping([])), .text("€"), .binary(Array(long[..<126])), .binary(long),
            .bare(.close(code: nil, reason: "")),
        ]
        #expect(WebSocketParser.transcript(of: input) == expected)
        #expect(
            WebSocketParser.transcript(of: input, cuts: Array(stride(from: 1, to: input.count, by: 999))) == expected
        )
    }

    @Test func messagesAtTheLimitPass() {
        let limits = WebSocketLimits(maxMessage: 1000, maxFragments: 3)
        let half = [UInt8](repeating: 1, count: 500)
        let input = [
            RawFrame(0x82, half + half), RawFrame(0x02, half), RawFrame(0x00, half), RawFrame(0x80),
        ].flatMap(\.bytes)
        let seen = WebSocketParser.transcript(of: input, limits: limits)
        #expect(seen == [.binary(half + half), .binary(half + half)])
    }

    @Test func holdsNoMemoryWhenIdle() {
        var parser = WebSocketParser(role: .server, limits: .standard, compression: nil)
        let fragments = RawFrame(0x01, String(repeating: "a", count: 50_000)).bytes + RawFrame(0x80, "b").bytes
        let frame = RawFrame(0x81, String(repeating: "a", count: 50_000)).bytes
        for input in [fragments, frame, fragments + frame] {
            parser.append(input.span)
            while parser.next() != nil {}
            let held = parser.bufferedCapacity
            #expect(held == 0)
        }
        let beginning = frame + frame[..<20]
        let end = frame[20...]
        parser.append(beginning.span)
        while parser.next() != nil {}
        let held = parser.bufferedCapacity
        #expect(held < 200)
        parser.append(end.span)
        let event = parser.next()
        let count = parser.withPayload { $0.count }
        #expect(event == .message(.text) && count == 50_000)
    }
}
