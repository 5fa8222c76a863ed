internal import Bus

/// Turns the bytes of one WebSocket connection into events. No I/O; any split of the bytes gives the same events.
///
/// The owner appends what it has read and calls `next()` until it returns nil. An unfragmented, uncompressed message is
/// unmasked and checked where it was received and handed out from there; fragments and compressed bytes are gathered as they
/// arrive. Invalid text and broken limits are noticed at the first byte that shows them. With nothing under way it holds no
/// memory but zlib's state, and that only if the peer keeps its context.
package struct WebSocketParser: ~Copyable, Sendable {
    private enum Phase { case open, closed }
    private enum Payload { case none, received(Range<Int>), gathered }
    /// The fragmented or compressed message under way.
    private struct Assembly {
        var kind: WebSocketMessageKind
        var isCompressed: Bool
        var fragments: Int
    }

    private let role: WebSocketRole
    private let limits: WebSocketLimits
    private var inflater: Inflater?
    private let acceptsCompression: Bool
    private var phase = Phase.open
    private var payload = Payload.none

    /// Received bytes; those before `head` are used up.
    private var buffer: [UInt8] = []
    private var head = 0
    /// The frame whose payload starts at `head`, and how much of that payload is unmasked and checked already. A frame whose
    /// bytes are gathered gives them up at once: `head` moves on and `length` shrinks.
    private var frame: WebSocketFrameHeader?
    private var checked = 0
    /// Payload bytes of the frame that were given up already, for the place in its masking key.
    private var consumed = 0

    private var assembly: Assembly?
    private var message: [UInt8] = []
    private var text = UTF8Validator()

    /// A parser for a connection on which the handshake is done; `compression` is what it agreed on, if anything.
    package init(role: WebSocketRole, limits: WebSocketLimits, compression: WebSocketCompression?) {
        self.role = role
        self.limits = limits
        inflater = compression?.makeInflater(for: role)
        acceptsCompression = compression != nil
    }

    /// Bytes of heap that the parser's buffers hold now, without zlib's; for counters.
    package var bufferedCapacity: Int { buffer.capacity + message.capacity }

    /// Takes what was read. Ignored after a close or a failure.
    package mutating func append(_ bytes: Span<UInt8>) {
        guard phase == .open else { return }
        if head > 0, case .none = payload, buffer.count - head <= head {
            // Moves at most as many bytes as were used up since the last time, so each byte is moved once on average.
            buffer.removeSubrange(..<head)
            head = 0
        }
        buffer.append(copying: bytes)
    }

    /// The next event, or nil when more input is needed. Ends the life of the last message's payload.
    package mutating func next() -> WebSocketEvent? {
        releasePayload()
        while phase == .open {
            guard let frame else {
                switch WebSocketFrameHeader.read(
                    buffer.span,
                    at: head,
                    masked: role == .server,
                    compression: acceptsCompression
                )
                {
                case .incomplete: return starve()
                case .refused(let reason): return fail(.protocolError, reason)
                case .header(let header):
                    if let failure = begin(header) { return failure }
                }
                continue
            }
            if let event = proceed(frame) { return event }
            if self.frame != nil { return starve() }
        }
        return nil
    }

    /// The bytes of the message that `next()` has just returned; empty after any other event.
    package func withPayload<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        switch payload {
        case .none: try body(Span())
        case .received(let range): try body(buffer.span.extracting(range))
        case .gathered: try body(message.span)
        }
    }
}

extension WebSocketParser {
    /// Judges a new frame by its head and by what is under way.
    private mutating func begin(_ header: WebSocketFrameHeader) -> WebSocketEvent? {
        if !header.opcode.isControl {
            if header.opcode == .continuation {
                guard assembly != nil else { return fail(.protocolError, "Continuation of nothing") }
                assembly?.fragments += 1
            } else {
                guard assembly == nil else { return fail(.protocolError, "New message inside a fragmented one") }
                text = UTF8Validator()
                if header.isCompressed || !header.isFinal {
                    assembly = Assembly(
                        kind: header.opcode == .text ? .text : .binary,
                        isCompressed: header.isCompressed,
                        fragments: 1
                    )
                }
            }
            if let assembly, assembly.fragments > limits.maxFragments {
                return fail(.policyViolation, "Too many fragments")
            }
            let inflated = assembly?.isCompressed ?? false
            guard header.length <= limits.maxFrame, inflated || header.length <= limits.maxMessage - message.count
            else {
                return fail(.messageTooBig, "Message too big")
            }
        }
        head += header.size
        frame = header
        checked = 0
        consumed = 0
        return nil
    }

    /// Uses what has arrived of the frame's payload. Nil with `frame` still set means that more is needed.
    private mutating func proceed(_ frame: WebSocketFrameHeader) -> WebSocketEvent? {
        let arrived = min(frame.length, buffer.count - head)
        if frame.opcode.isControl {
            guard arrived == frame.length else { return nil }
            return control(frame)
        }
        let fresh = head + checked..<head + arrived
        var isASCII = false
        if let key = frame.key {
            isASCII = WordwiseBytes.mask(&buffer, in: fresh, key: key, phase: consumed + checked)
        }
        guard let assembly else {
            return whole(frame, fresh: fresh, isASCII: isASCII)
        }
        return fragment(frame, assembly, fresh: fresh, isASCII: isASCII)
    }

    /// The payload of an unfragmented, uncompressed message; it stays where it is.
    private mutating func whole(
        _ frame: WebSocketFrameHeader,
        fresh: Range<Int>,
        isASCII: Bool
    ) -> WebSocketEvent? {
        if frame.opcode == .text, !(isASCII && text.isComplete), !check(buffer, fresh) {
            return fail(.invalidPayload, "Text is not UTF-8")
        }
        checked += fresh.count
        guard checked == frame.length else { return nil }
        if frame.opcode == .text, !text.isComplete { return fail(.invalidPayload, "Text is not UTF-8") }
        payload = .received(head..<fresh.upperBound)
        self.frame = nil
        return .message(frame.opcode == .text ? .text : .binary)
    }

    /// Payload of a fragment or of a compressed message; it moves to `message`.
    private mutating func fragment(
        _ frame: WebSocketFrameHeader,
        _ assembly: Assembly,
        fresh: Range<Int>,
        isASCII: Bool
    ) -> WebSocketEvent? {
        if assembly.isCompressed {
            if let failure = inflate(fresh, assembly.kind) { return failure }
        } else {
            if assembly.kind == .text, !(isASCII && text.isComplete), !check(buffer, fresh) {
                return fail(.invalidPayload, "Text is not UTF-8")
            }
            message += buffer[fresh]
        }
        head = fresh.upperBound
        consumed += fresh.count
        guard fresh.count == frame.length else {
            self.frame?.length = frame.length - fresh.count
            return nil
        }
        self.frame = nil
        guard frame.isFinal else { return nil }
        if assembly.isCompressed, let failure = inflate(nil, assembly.kind) { return failure }
        if assembly.kind == .text, !text.isComplete { return fail(.invalidPayload, "Text is not UTF-8") }
        self.assembly = nil
        payload = .gathered
        return .message(assembly.kind)
    }

    /// Inflates received bytes into `message`, or with nil ends the compressed message. Text that was produced is checked
    /// before a failure of the inflater is looked at, so that the outcome doesn't depend on how the input was split.
    private mutating func inflate(_ range: Range<Int>?, _ kind: WebSocketMessageKind) -> WebSocketEvent? {
        let start = message.count
        // A span of a property keeps all of `self` borrowed in this compiler; a second reference to the bytes doesn't.
        let received = buffer
        let outcome: Inflater.Outcome? =
            if let range {
                inflater?.inflate(received.span.extracting(range), into: &message, limit: limits.maxMessage)
            } else {
                inflater?.finish(into: &message, limit: limits.maxMessage)
            }
        if kind == .text, !check(message, start..<message.count) {
            return fail(.invalidPayload, "Text is not UTF-8")
        }
        switch outcome {
        case .done: return nil
        case .tooBig: return fail(.messageTooBig, "Message too big")
        case .corrupt: return fail(.invalidPayload, "Compressed message is damaged")
        case .unavailable, nil: return fail(.internalError, "No memory for decompression")
        }
    }

    private mutating func check(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        text.consume(bytes.span.extracting(range))
    }

    private mutating func control(_ frame: WebSocketFrameHeader) -> WebSocketEvent {
        let range = head..<head + frame.length
        if let key = frame.key { _ = WordwiseBytes.mask(&buffer, in: range, key: key, phase: 0) }
        let bytes = Array(buffer[range])
        head = range.upperBound
        self.frame = nil
        switch frame.opcode {
        case .ping: return .ping(bytes)
        case .pong: return .pong(bytes)
        default: return close(bytes)
        }
    }

    private mutating func close(_ bytes: [UInt8]) -> WebSocketEvent {
        guard bytes.count != 1 else { return fail(.protocolError, "Close frame with half a code") }
        guard bytes.count >= 2 else {
            end()
            return .close(code: nil, reason: "")
        }
        let code = WebSocketCloseCode(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
        guard code.isAllowedOnWire else { return fail(.protocolError, "Close code not allowed") }
        guard let reason = String(validating: bytes[2...], as: UTF8.self) else {
            return fail(.invalidPayload, "Close reason is not UTF-8")
        }
        end()
        return .close(code: code, reason: reason)
    }

    private mutating func fail(_ code: WebSocketCloseCode, _ reason: String) -> WebSocketEvent {
        end()
        return .failure(code, reason: reason)
    }

    /// No further input will be read; gives back all memory.
    private mutating func end() {
        phase = .closed
        buffer = []
        message = []
        head = 0
        frame = nil
        assembly = nil
        inflater = nil
    }

    private mutating func releasePayload() {
        switch payload {
        case .none: return
        case .received(let range): head = range.upperBound
        case .gathered: message.removeAll(keepingCapacity: true)
        }
        payload = .none
    }

    /// There is nothing more to find. Gives back what an idle connection doesn't need; a busy one pays one allocation for
    /// each read, not for each frame.
    private mutating func starve() -> WebSocketEvent? {
        let unread = buffer.count - head
        if unread == 0 {
            buffer = []
            head = 0
        } else if buffer.capacity > 4096, unread < buffer.capacity / 4 {
            buffer = Array(buffer[head...])
            head = 0
        }
        if assembly == nil {
            message = []
            inflater?.releaseIfUnneeded()
        }
        return nil
    }
}
