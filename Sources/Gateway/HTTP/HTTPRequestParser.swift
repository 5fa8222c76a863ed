internal import Bus

/// Reads the requests of one HTTP/1.1 connection from bytes that arrive in any pieces, pipelined requests one after the
/// other. It does no I/O and knows no time.
///
/// The events don't depend on where the pieces were cut (only a body may come in more or fewer pieces). Each byte is
/// looked at a bounded number of times, and a parser between two requests holds no memory but itself.
///
/// The owner bounds what is buffered: it stops reading from the socket while ``bufferedBytes`` is high and it isn't
/// ready for ``next()``.
package struct HTTPRequestParser: Sendable {
    private enum State: Sendable {
        case head
        case length(Int)
        case chunked
        case complete
        case failed(HTTPParseError)
    }

    private let limits: HTTPLimits
    private var state = State.head
    private var buffer: [UInt8] = []
    /// Bytes of `buffer` that were used up. They are cut off in bulk; shifting for each event would be quadratic.
    private var start = 0
    private var scanner = HTTPHeadScanner()
    private var skippedEmptyLine = false
    private var bodyLimit: Int
    /// Bytes of a body with Content-Length that were handed out.
    private var received = 0
    private var chunks = HTTPChunkDecoder()

    /// A parser for a new connection.
    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        self.bodyLimit = limits.maxBody
    }

    /// Takes bytes from the socket. After an error they are dropped.
    package mutating func append(_ bytes: Span<UInt8>) {
        if case .failed = state { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > buffer.count / 2 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(copying: bytes)
    }

    /// Sets how long the body of the request may be whose head was just handed out, in bytes; it replaces
    /// ``HTTPLimits/maxBody`` for this request. The next ``next()`` fails with
    /// ``HTTPParseError/Code/contentTooLarge`` if Content-Length is above it, before any body arrives; a chunked body
    /// fails with the size line of the chunk that would pass it.
    package mutating func setBodyLimit(_ bytes: Int) {
        bodyLimit = bytes
    }

    /// The next thing in the bytes so far, nil if more bytes are needed.
    /// - Throws: the first error, and the same one ever after. The owner answers with its status and closes.
    package mutating func next() throws(HTTPParseError) -> HTTPRequestEvent? {
        do throws(HTTPParseError) {
            return try advance()
        } catch {
            state = .failed(error)
            buffer = []
            start = 0
            throw error
        }
    }

    /// Hands over the bytes behind the request whose head was read last, and forgets them: after an upgrade they are
    /// in another protocol. The parser is of no use for the connection afterwards.
    package mutating func takeRemainder() -> [UInt8] {
        let remainder = Array(buffer[start...])
        buffer = []
        start = 0
        return remainder
    }

    /// Whether the connection is between two requests, with nothing buffered: its time-out is that of a kept
    /// connection, not that of a slow request.
    package var isIdle: Bool {
        guard case .head = state else { return false }
        return start == buffer.count
    }

    /// Bytes that were appended and not yet handed out.
    package var bufferedBytes: Int {
        buffer.count - start
    }

    /// Bytes of memory behind the parser, used or not.
    var heldCapacity: Int {
        buffer.capacity
    }

    private mutating func advance() throws(HTTPParseError) -> HTTPRequestEvent? {
        switch state {
        case .failed(let error):
            throw error
        case .head:
            guard try skipEmptyLine(),
                let length = try scanner.scan(buffer, from: start, limits: limits)
            else { return nil }
            let head = try HTTPHeadParser.parse(buffer, in: start..<start + length, fieldCount: scanner.fieldCount)
            start += length
            begin(head)
            return .head(head)
        case .length(let total):
            guard total <= bodyLimit else { throw .init(.contentTooLarge) }
            let end = start + min(total - received, buffer.count - start)
            guard end > start else { return nil }
            let piece = Array(buffer[start..<end])
            received += piece.count
            start = end
            if received == total { state = .complete }
            return .body(piece)
        case .chunked:
            switch try chunks.next(buffer, at: &start, limits: limits, bodyLimit: bodyLimit) {
            case .starved:
                return nil
            case .data(let range):
                return .body(Array(buffer[range]))
            case .end:
                finish()
                return .end
            }
        case .complete:
            finish()
            return .end
        }
    }

    /// RFC 9112 section 2.2: an empty line before a request line is skipped, for clients that end a body with one
    /// CR LF too many. A second one is refused.
    /// - Returns: whether the first byte of the request line is there.
    private mutating func skipEmptyLine() throws(HTTPParseError) -> Bool {
        while start < buffer.count, buffer[start] == HTTPCharacter.carriageReturn {
            guard start + 1 < buffer.count else { return false }
            guard buffer[start + 1] == HTTPCharacter.lineFeed else { throw .init(.bareCarriageReturn) }
            guard !skippedEmptyLine else { throw .init(.repeatedEmptyLine) }
            skippedEmptyLine = true
            start += 2
        }
        return start < buffer.count
    }

    private mutating func begin(_ head: HTTPRequestHead) {
        scanner = HTTPHeadScanner()
        skippedEmptyLine = false
        bodyLimit = limits.maxBody
        received = 0
        switch head.framing {
        case .none, .length(0):
            state = .complete
        case .length(let total):
            state = .length(total)
        case .chunked:
            chunks = HTTPChunkDecoder()
            state = .chunked
        }
    }

    /// Gives memory back: all of it when nothing is left, the most of it when little of a large buffer is left.
    private mutating func finish() {
        state = .head
        if start == buffer.count {
            buffer = []
            start = 0
        } else if buffer.capacity > 4 * max(1024, buffer.count - start) {
            buffer = Array(buffer[start...])
            start = 0
        }
    }
}
