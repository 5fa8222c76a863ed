/// The messages that wait for a client's consumer: a state machine without locks, tasks or sockets.
///
/// Its bound is soft: at the bound the connection is no longer read, so what one read brought may still come on top.
struct WebSocketInbox: Sendable {
    private var messages: [String] = []
    private let bound: Int
    private var isWaiting = false
    private var isPaused = false
    private var end: End?

    private enum End: Equatable {
        case finished
        case failed(GatewayError)
    }

    init(bound: Int) { self.bound = bound }

    enum PushAction: Equatable {
        case queued
        /// The consumer waits: resume it.
        case resumeConsumer
        /// The consumer doesn't keep up: read no more until `take` says so.
        case pauseReading
        /// It is over.
        case ignored
    }

    mutating func push(_ message: String) -> PushAction {
        guard end == nil else { return .ignored }
        messages.append(message)
        if isWaiting {
            isWaiting = false
            return .resumeConsumer
        }
        guard messages.count >= bound else { return .queued }
        isPaused = true
        return .pauseReading
    }

    enum TakeAction: Equatable {
        /// All that waited, oldest first.
        case messages([String], resumeReading: Bool)
        /// Nothing is there: call `wait`.
        case wait
        case finished
        case failed(GatewayError)
    }

    mutating func take() -> TakeAction {
        guard messages.isEmpty else {
            defer {
                messages = []
                isPaused = false
            }
            return .messages(messages, resumeReading: isPaused)
        }
        switch end {
        case nil: return .wait
        case .finished: return .finished
        case .failed(let error): return .failed(error)
        }
    }

    /// The consumer wants to wait: true if it has to, until `push` or `finish` says resume.
    mutating func wait() -> Bool {
        isWaiting = messages.isEmpty && end == nil
        return isWaiting
    }

    /// No more messages come; what waits can still be taken. True if a waiting consumer must be resumed.
    mutating func finish(_ error: GatewayError?) -> Bool {
        if end == nil { end = error.map { .failed($0) } ?? .finished }
        defer { isWaiting = false }
        return isWaiting
    }
}
