/// Where one server connection stands: which bytes may be read, which time-out runs, when it closes. One request is
/// served at a time; pipelined ones wait unparsed. It does no I/O: the owner tells what happened and does what it says.
package struct HTTPConnectionState: Sendable, Equatable {
    private enum Phase: Sendable, Equatable {
        /// Between requests.
        case idle
        /// The head of a request has begun.
        case head
        /// A request is being served; its body may still be arriving.
        case serving(bodyComplete: Bool)
        /// Nothing is read any more.
        case closing
    }

    /// The time-out that runs. The owner restarts its timer when `keepAlive` ends and when it begins.
    package enum Timer: Equatable, Sendable {
        /// A kept connection waits for its next request.
        case keepAlive
        /// A head has begun and isn't complete.
        case head
        /// A body isn't complete.
        case body
    }

    private var phase = Phase.idle
    private var isDraining = false
    private var peerHasClosed = false

    /// A new connection.
    package init() {}

    /// Whether the parser may be asked for its next event. Else its bytes wait, and beyond a bound the owner stops
    /// reading from the socket.
    package var mayParse: Bool {
        phase != .closing && phase != .serving(bodyComplete: true)
    }

    /// Whether an answer may promise to keep the connection.
    package var mayKeepAlive: Bool {
        !isDraining && phase == .serving(bodyComplete: true)
    }

    /// The time-out that runs now; none while the server itself is working.
    package var timer: Timer? {
        switch phase {
        case .idle: .keepAlive
        case .head: .head
        case .serving(bodyComplete: false): .body
        case .serving(bodyComplete: true), .closing: nil
        }
    }

    /// The parser holds part of a head.
    package mutating func headBegan() {
        if phase == .idle { phase = .head }
    }

    /// The parser handed out a head.
    package mutating func headReceived() {
        if phase == .idle || phase == .head { phase = .serving(bodyComplete: false) }
    }

    /// The parser handed out the end of the request.
    package mutating func requestEnded() {
        if phase == .serving(bodyComplete: false) { phase = .serving(bodyComplete: true) }
    }

    /// What follows an answer.
    package enum AfterAnswer: Equatable, Sendable {
        /// Ask the parser for the next request.
        case parseNext
        /// Close when the answer is written.
        case close
    }

    /// The whole answer was handed to the socket.
    /// - Parameter keepAlive: what the answer promised.
    package mutating func answered(keepAlive: Bool) -> AfterAnswer {
        // After an answer that didn't wait for the body, the rest of the body would be read as a request.
        guard keepAlive, mayKeepAlive else {
            phase = .closing
            return .close
        }
        phase = .idle
        return .parseNext
    }

    /// What a time-out or the end of the peer's bytes asks for.
    package enum Closing: Equatable, Sendable {
        /// Nothing: an answer is under way, or the connection closes already.
        case none
        /// Close at once.
        case close
        /// Answer 408 and close (RFC 9110 section 15.5.9).
        case answerTimeout
    }

    /// The timer of ``timer`` fired.
    package mutating func timedOut() -> Closing {
        switch timer {
        case nil: return .none
        case .keepAlive:
            phase = .closing
            return .close
        case .head, .body:
            phase = .closing
            return .answerTimeout
        }
    }

    /// The peer sends no more bytes. It may still read: complete requests are answered, `inputUsedUp` tells the rest.
    package mutating func peerClosed() {
        peerHasClosed = true
    }

    /// The parser has no further event. Nothing follows from a peer that has closed, and a server that shuts down
    /// waits for nothing between requests.
    package mutating func inputUsedUp() -> Closing {
        guard mayParse, peerHasClosed || (isDraining && phase == .idle) else { return .none }
        phase = .closing
        return .close
    }

    /// The connection was handed to another protocol, or something was refused: nothing is parsed any more.
    package mutating func ended() { phase = .closing }

    /// The server is shutting down: a request that has begun is served, bounded by its time-outs, then the connection
    /// closes.
    package mutating func drain() -> Closing {
        isDraining = true
        guard phase == .idle else { return .none }
        phase = .closing
        return .close
    }
}
