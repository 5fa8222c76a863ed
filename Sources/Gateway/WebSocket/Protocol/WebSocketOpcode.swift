/// The frame types of RFC 6455 section 5.2; every other value is reserved and refused.
package enum WebSocketOpcode: UInt8, Sendable {
    /// A further fragment of the message that is being sent.
    case continuation = 0x0
    /// The first (or only) fragment of a UTF-8 message.
    case text = 0x1
    /// The first (or only) fragment of a message of arbitrary bytes.
    case binary = 0x2
    /// The end of the conversation, with an optional code and reason.
    case close = 0x8
    /// A question for a sign of life; answered by a pong with the same payload.
    case ping = 0x9
    /// The answer to a ping, or an unasked sign of life.
    case pong = 0xA

    /// Control frames may stand between the fragments of a message, are never fragmented themselves and carry at most
    /// 125 bytes.
    package var isControl: Bool { rawValue & 0x8 != 0 }
}
