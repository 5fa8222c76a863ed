package import Bus

/// What lives at the end of a WebSocket: gets whole messages, sends whole messages.
package protocol WebSocketEndpoint: AnyObject {
    /// The handshake is done.
    func opened(_ connection: WebSocketConnection, on shard: isolated Shard)
    /// A message; `payload` is valid during the call only. Text is valid UTF-8.
    func received(_ payload: Span<UInt8>, kind: WebSocketMessageKind, on shard: isolated Shard)
    /// The peer has been silent for a while: ask for a sign of life in the endpoint's own protocol, if it has one.
    func quiet(on shard: isolated Shard)
    /// The peer has given a sign of life since the last call; about once a second.
    func heard(on shard: isolated Shard)
    /// The connection is over; the last call.
    func closed(on shard: isolated Shard)
    /// True while the peer waits for an answer that comes by itself soon: a close of the server's end waits for it, and
    /// for the call of `WebSocketConnection.answered`.
    var owesAnswers: Bool { get }
}

extension WebSocketEndpoint {
    package var owesAnswers: Bool { false }
    package func heard(on shard: isolated Shard) {}
}

/// One WebSocket connection: frames, control frames, liveness, the closing handshake. What the messages mean is the
/// endpoint's business.
package final class WebSocketConnection: StreamHandler {
    /// How long things may take, in milliseconds of the loop's clock.
    package struct TimeOuts: Sendable {
        /// Silence after which a ping is sent.
        package var ping: UInt64
        /// Silence after which the connection is closed with 4000.
        package var silence: UInt64
        /// How long the peer may take to answer a close frame.
        package var close: UInt64

        package init(ping: UInt64 = 30_000, silence: UInt64 = 75_000, close: UInt64 = 10_000) {
            self.ping = ping
            self.silence = silence
            self.close = close
        }
    }

    private var parser: WebSocketParser
    private var writer: WebSocketMessageWriter
    private var state: WebSocketConnectionState
    private let timeOuts: TimeOuts
    package private(set) var endpoint: (any WebSocketEndpoint)?
    package private(set) var stream: TCPStream?
    /// True if messages are compressed for this peer, so frames made for others don't fit.
    package let compresses: Bool

    /// How a connection came to its end.
    package enum Ending: Equatable, Sendable {
        /// Our side closed first, with this code.
        case closedHere(WebSocketCloseCode)
        /// The peer's close frame; no code when it had none.
        case closedByPeer(WebSocketCloseCode?, reason: String)
    }

    /// Set before the endpoint hears `closed`; nil if the transport was lost without a goodbye.
    package private(set) var ending: Ending?

    private var wasHeard = true
    private var lastHeard: UInt64 = 0
    private var lastPing: UInt64 = 0
    private var closeDeadline: UInt64?
    /// The server is going down, and the peer gets its answers first.
    private var isDraining = false

    package init(
        role: WebSocketRole,
        limits: WebSocketLimits,
        compression: WebSocketCompression?,
        timeOuts: TimeOuts = TimeOuts(),
        endpoint: any WebSocketEndpoint
    ) {
        parser = WebSocketParser(role: role, limits: limits, compression: compression)
        writer = WebSocketMessageWriter(role: role, compression: compression)
        state = WebSocketConnectionState(role: role)
        compresses = compression != nil
        self.timeOuts = timeOuts
        self.endpoint = endpoint
    }

    package func opened(_ stream: TCPStream, on shard: isolated Shard) {
        self.stream = stream
        endpoint?.opened(self, on: shard)
    }

    // MARK: - Output

    /// True until a close frame was sent or received.
    package var isOpen: Bool { state.isOpen }

    /// Sends one message.
    package func send(_ payload: Span<UInt8>, kind: WebSocketMessageKind = .text, on shard: isolated Shard) {
        guard state.isOpen, let stream else { return }
        let verdict = stream.append { output in writer.append(payload, kind: kind, to: &output) }
        if verdict == .overflowed { overflowed(on: shard) }
    }

    /// Sends frames that are encoded already.
    package func send(frames: [UInt8], on shard: isolated Shard) {
        guard state.isOpen, let stream else { return }
        if stream.append(frames) == .overflowed { overflowed(on: shard) }
    }

    /// Starts the closing handshake.
    package func close(_ code: WebSocketCloseCode, reason: String, on shard: isolated Shard) {
        guard case .send(let code) = state.sendClose(code) else { return }
        ending = .closedHere(code)
        sendClose(code, reason: reason)
        closeDeadline = shard.loop.nowMilliseconds + timeOuts.close
        release(on: shard)
    }

    private func sendControl(_ opcode: WebSocketOpcode, _ payload: Span<UInt8>, on shard: isolated Shard) {
        let verdict = stream?.append { output in writer.appendControl(opcode, payload, to: &output) }
        // It is told once: who passes over it makes a peer that doesn't read one without a bound.
        if verdict == .overflowed { overflowed(on: shard) }
    }

    private func sendClose(_ code: WebSocketCloseCode?, reason: String) {
        stream?.append { output in writer.appendClose(code, reason: reason, to: &output) }
    }

    /// The endpoint is told once, when nothing more can be sent or received.
    private func release(on shard: isolated Shard) {
        endpoint?.closed(on: shard)
        endpoint = nil
    }

    // MARK: - Input

    package func received(_ bytes: Span<UInt8>, on shard: isolated Shard) {
        wasHeard = true
        parser.append(bytes)
        while let event = parser.next() {
            switch event {
            case .message(let kind):
                guard let endpoint else { continue }
                parser.withPayload { payload in endpoint.received(payload, kind: kind, on: shard) }
            case .ping(let payload):
                guard state.isOpen else { continue }
                sendControl(.pong, payload.span, on: shard)
            case .pong: continue
            case .close(let code, let reason):
                if ending == nil { ending = .closedByPeer(code, reason: reason) }
                return answerClose(code, on: shard)
            case .failure(let code, let reason): return fail(code, reason: reason, on: shard)
            }
        }
        if stream?.holdsInput(parser.bufferedCapacity) == false {
            shard.countRefusedInput()
            fail(.tryAgainLater, reason: "Too many large messages at once", on: shard)
        }
    }

    private func answerClose(_ code: WebSocketCloseCode?, on shard: isolated Shard) {
        switch state.receivedClose(code) {
        case .answerAndClose(let code):
            sendClose(code, reason: "")
            stream?.finish()
        case .answer(let code):
            sendClose(code, reason: "")
            closeDeadline = shard.loop.nowMilliseconds + timeOuts.close
        case .closeTransport: stream?.finish()
        case .wait, .nothing: break
        }
        release(on: shard)
    }

    private func fail(_ code: WebSocketCloseCode, reason: String, on shard: isolated Shard) {
        if ending == nil { ending = .closedHere(code) }
        switch state.failed(code) {
        case .sendAndClose(let code):
            sendClose(code, reason: reason)
            stream?.finish()
        case .closeTransport: stream?.finish()
        case .nothing: break
        }
        release(on: shard)
    }

    // MARK: - Time and end

    package func tick(now: UInt64, on shard: isolated Shard) {
        if let closeDeadline {
            if now >= closeDeadline, state.closeTimedOut() == .closeTransport { stream?.close() }
            return
        }
        if wasHeard || lastHeard == 0 {
            wasHeard = false
            lastHeard = now
            endpoint?.heard(on: shard)
        }
        let silence = now - lastHeard
        if silence >= timeOuts.silence {
            close(.pingTimeout, reason: "Ping timeout", on: shard)
        } else if silence >= timeOuts.ping, now - max(lastPing, lastHeard) >= timeOuts.ping {
            lastPing = now
            sendControl(.ping, [UInt8]().span, on: shard)
            endpoint?.quiet(on: shard)
        }
    }

    /// The peer doesn't read: what it has not been sent is dropped, and it learns why when it reads again.
    package func overflowed(on shard: isolated Shard) {
        guard let stream, state.isOpen else { return }
        shard.countSlowConsumer(droppedBytes: stream.dropPending())
        close(.slowConsumer, reason: "Slow consumer", on: shard)
        closeDeadline = shard.loop.nowMilliseconds + WebSocketConnection.slowConsumerMilliseconds
    }

    /// A slow consumer may take this long to read what is in its socket and the close frame behind it.
    private static let slowConsumerMilliseconds: UInt64 = 60_000

    package func drain(on shard: isolated Shard) {
        isDraining = true
        // What is asked from now on is not taken.
        stream?.pauseReading()
        answered(on: shard)
    }

    /// The endpoint may owe no answers any more.
    package func answered(on shard: isolated Shard) {
        guard isDraining, endpoint?.owesAnswers != true else { return }
        stream?.resumeReading()
        close(.goingAway, reason: "Server shutting down", on: shard)
    }

    package func peerEnded(on shard: isolated Shard) {
        if state.peerClosed() == .closeTransport {
            release(on: shard)
        }
        stream?.finish()
    }

    package func closed(on shard: isolated Shard) {
        _ = state.peerClosed()
        release(on: shard)
        stream = nil
    }
}
