/// What a message claims to carry. Text has been checked to be UTF-8 when it is handed out.
package enum WebSocketMessageKind: Sendable, Equatable {
    /// UTF-8.
    case text
    /// Any bytes.
    case binary
}

/// What the parser found next in the input.
package enum WebSocketEvent: Sendable, Equatable {
    /// A whole message, unmasked and inflated; its bytes are read with `WebSocketParser.withPayload` before the
    /// following `next()`.
    case message(WebSocketMessageKind)
    /// The owner answers with a pong that carries the same bytes (at most 125).
    case ping([UInt8])
    /// Counts as a sign of life; unasked ones are legal.
    case pong([UInt8])
    /// The peer closes. `code` is nil when its frame had no payload. Whatever follows it in the input is ignored.
    case close(code: WebSocketCloseCode?, reason: String)
    /// The peer broke the protocol or a limit. The owner sends a close frame with this code and reason and closes the
    /// transport; the parser ignores all further input.
    case failure(WebSocketCloseCode, reason: String)
}
