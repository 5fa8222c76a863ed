import Bus

/// One keep-alive connection that posts, waits for the answer, and posts again.
final class ActionConnection: StreamHandler {
    /// Let go of at the end: the run holds its connections.
    private var run: ActionsRun?
    private var stream: TCPStream?
    private var input: [UInt8] = []
    private var sentAt: UInt64 = 0

    init(_ run: ActionsRun) { self.run = run }

    func opened(_ stream: TCPStream, on shard: isolated Shard) {
        self.stream = stream
        post(now: Nanoseconds.now())
    }

    private func post(now: UInt64) {
        guard let request = run?.nextRequest(now: now) else { return }
        sentAt = now
        stream?.append(request)
    }

    func received(_ bytes: Span<UInt8>, on shard: isolated Shard) {
        for index in bytes.indices { input.append(bytes[index]) }
        guard let answer = HTTPAnswer(input) else { return }
        guard answer.length <= input.count else { return }
        input.removeFirst(answer.length)
        let now = Nanoseconds.now()
        run?.answered(status: answer.status, after: now - sentAt, now: now)
        post(now: now)
    }

    func close() {
        run = nil
        stream?.close()
    }

    func peerEnded(on shard: isolated Shard) { run?.failed("the server closed a connection") }
    func overflowed(on shard: isolated Shard) { run?.failed("the server does not read") }
    func tick(now: UInt64, on shard: isolated Shard) {}
    func drain(on shard: isolated Shard) { close() }

    func closed(on shard: isolated Shard) {
        stream = nil
        run?.failed("a connection was lost or could not be had")
    }
}

/// Status and length of an answer with Content-Length (RFC 9112).
private struct HTTPAnswer {
    let status: Int
    /// Bytes of head and body.
    let length: Int

    private static let lengthName = Array("content-length:".utf8)

    /// Nil if the head is not complete.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 12 else { return nil }
        var bodyLength = 0
        var lineStart = 0
        var index = 0
        while index + 1 < bytes.count {
            guard bytes[index] == 13, bytes[index + 1] == 10 else {
                index += 1
                continue
            }
            if index == lineStart {
                status = HTTPAnswer.decimal(bytes[9..<12])
                length = index + 2 + bodyLength
                return
            }
            let line = bytes[lineStart..<index]
            let isLength =
                line.count > HTTPAnswer.lengthName.count
                && zip(line, HTTPAnswer.lengthName).allSatisfy { $0 | 0x20 == $1 | 0x20 }
            if isLength { bodyLength = HTTPAnswer.decimal(line.dropFirst(HTTPAnswer.lengthName.count)) }
            index += 2
            lineStart = index
        }
        return nil
    }

    private static func decimal(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { value, byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? value * 10 + Int(byte - UInt8(ascii: "0")) : value
        }
    }
}
