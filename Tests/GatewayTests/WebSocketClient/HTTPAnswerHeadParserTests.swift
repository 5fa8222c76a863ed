import Testing

@testable import Gateway

@Suite struct HTTPAnswerHeadParserTests {
    private func read(_ pieces: [ArraySlice<UInt8>]) -> HTTPAnswerHeadParser.Reading {
        var parser = HTTPAnswerHeadParser()
        var rest: [UInt8] = []
        var found: HTTPAnswerHeadParser.Reading = .incomplete
        for piece in pieces {
            guard case .incomplete = found else {
                rest += piece
                continue
            }
            found = parser.append(Array(piece).span)
        }
        guard case .head(let head, let first) = found else { return found }
        return .head(head, rest: first + rest)
    }

    @Test func readsEverySplitAlike() {
        let bytes = Array(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection:\t Upgrade \r\nX:\r\n\r\n\u{1}ab".utf8
        )
        let expected = HTTPAnswerHeadParser.Reading.head(
            HTTPAnswerHead(
                status: 101,
                fields: [
                    .init(name: "Upgrade", value: "websocket"), .init(name: "Connection", value: "Upgrade"),
                    .init(name: "X", value: ""),
                ]
            ),
            rest: [1, UInt8(ascii: "a"), UInt8(ascii: "b")]
        )
        for first in 0...bytes.count {
            for second in first...bytes.count {
                #expect(read([bytes[..<first], bytes[first..<second], bytes[second...]]) == expected)
            }
        }
    }

    @Test(arguments: ["HTTP/1.1 403\r\n\r\n", "HTTP/1.0 403 \r\n\r\n"])
    func readsAStatusWithoutReason(_ text: String) {
        #expect(read([Array(text.utf8)[...]]) == .head(HTTPAnswerHead(status: 403, fields: []), rest: []))
    }

    @Test(arguments: [
        "SSH-2.0-server\r\n\r\n", "HTTP/2.0 101 x\r\n\r\n", "HTTP/1.1 1x1 y\r\n\r\n", "HTTP/1.1 1011\r\n\r\n",
        "HTTP/1.1 101 x\n\n", "HTTP/1.1 101 x\r\nno colon\r\n\r\n", "HTTP/1.1 101 x\r\na b: c\r\n\r\n", "\r\n\r\n",
    ]) func refuses(_ text: String) {
        guard case .refused = read([Array(text.utf8)[...]]) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func refusesAHeadThatDoesNotEnd() {
        var parser = HTTPAnswerHeadParser()
        let piece = Array("HTTP/1.1 101 x\r\n".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 64 << 10)
        guard case .refused = parser.append(piece.span) else {
            Issue.record("still waiting")
            return
        }
    }
}
