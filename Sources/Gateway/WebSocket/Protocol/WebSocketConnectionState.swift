/// The closing of a WebSocket connection, RFC 6455 section 7: who has said goodbye and what that obliges to.
package struct WebSocketConnectionState: Sendable, Equatable {
    /// How far the goodbye has come.
    package enum Phase: Sendable, Equatable {
        /// Messages flow in both directions.
        case open
        /// Our close frame is sent, the peer's answer is awaited; its messages may be ignored. The owner runs a timer.
        case closingSent
        /// Everything is said: the peer's close frame or failure is answered, the transport closes once that is written.
        /// The owner runs a timer.
        case closingReceived
        /// The transport is closed or being closed; nothing is sent any more.
        case closed
    }

    private let role: WebSocketRole
    /// Where the connection stands.
    package private(set) var phase = Phase.open

    /// A connection whose handshake is done.
    package init(role: WebSocketRole) {
        self.role = role
    }

    /// Whether messages may be sent.
    package var isOpen: Bool { phase == .open }

    /// What to do about the peer's close frame.
    package enum ReceivedCloseAction: Sendable, Equatable {
        /// Send a close frame with this code (none when nil), then close the transport once it is written; start the
        /// close timer, because a peer that doesn't read could keep the transport open.
        case answerAndClose(WebSocketCloseCode?)
        /// Send a close frame, then wait for the server to close the transport; start the close timer.
        case answer(WebSocketCloseCode?)
        /// Both have said goodbye: close the transport.
        case closeTransport
        /// Wait for the server to close the transport; the close timer runs already.
        case wait
        /// Too late to matter.
        case nothing
    }

    /// The peer's close frame arrived. RFC 6455 section 7.1.1 lets the server close the transport first.
    package mutating func receivedClose(_ code: WebSocketCloseCode?) -> ReceivedCloseAction {
        switch (phase, role) {
        case (.open, .server):
            phase = .closingReceived
            return .answerAndClose(code)
        case (.open, .client):
            phase = .closingReceived
            return .answer(code)
        case (.closingSent, .server):
            phase = .closed
            return .closeTransport
        case (.closingSent, .client):
            phase = .closingReceived
            return .wait
        case (.closingReceived, _), (.closed, _): return .nothing
        }
    }

    /// What to do when our side wants to end the connection.
    package enum SendCloseAction: Sendable, Equatable {
        /// Send this close frame and start the close timer.
        case send(WebSocketCloseCode)
        /// The goodbye is under way already.
        case nothing
    }

    /// Our side wants to close.
    package mutating func sendClose(_ code: WebSocketCloseCode) -> SendCloseAction {
        guard phase == .open else { return .nothing }
        phase = .closingSent
        return .send(code)
    }

    /// What to do about a failure that the parser reported.
    package enum FailureAction: Sendable, Equatable {
        /// Send a close frame with this code and close the transport once it is written, without awaiting an answer;
        /// start the close timer.
        case sendAndClose(WebSocketCloseCode)
        /// Our close frame is out: just close the transport.
        case closeTransport
        /// It is closed already.
        case nothing
    }

    /// The peer broke the protocol or a limit.
    package mutating func failed(_ code: WebSocketCloseCode) -> FailureAction {
        switch phase {
        case .open:
            phase = .closingReceived
            return .sendAndClose(code)
        case .closingSent, .closingReceived:
            phase = .closed
            return .closeTransport
        case .closed: return .nothing
        }
    }

    /// What to do about the transport.
    package enum TransportAction: Sendable, Equatable {
        /// Close it (and free what belongs to it).
        case closeTransport
        /// Leave it.
        case nothing
    }

    /// The close timer ran out: the peer, or the transport, doesn't answer.
    package mutating func closeTimedOut() -> TransportAction {
        switch phase {
        case .open, .closed: return .nothing
        case .closingSent, .closingReceived:
            phase = .closed
            return .closeTransport
        }
    }

    /// The peer closed the transport, with a goodbye or without.
    package mutating func peerClosed() -> TransportAction {
        guard phase != .closed else { return .nothing }
        phase = .closed
        return .closeTransport
    }
}
