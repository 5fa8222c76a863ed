/// The status of a close frame (RFC 6455 section 7.4, IANA "WebSocket Close Code Number Registry"): the standard codes that
/// this server sends or understands, and its own.
package struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    package let rawValue: UInt16

    /// Any number; `isAllowedOnWire` tells whether a peer may send it.
    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The conversation is over. Reconnect: no, the peer meant it.
    package static let normal = WebSocketCloseCode(rawValue: 1000)
    /// The server stops or the page is left. Reconnect: yes, after a short random pause.
    package static let goingAway = WebSocketCloseCode(rawValue: 1001)
    /// A frame broke RFC 6455. Reconnect: no, the client must be mended.
    package static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// A kind of data that the endpoint doesn't take, for example binary. Reconnect: no.
    package static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// Text that isn't UTF-8, or compressed bytes that aren't deflate. Reconnect: no.
    package static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    /// A rule of this server was broken: rights, origin, too many fragments. Reconnect: no.
    package static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    /// A message is larger than the endpoint's limit. Reconnect: yes, but don't send that message again.
    package static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// The server failed at something that isn't the client's fault. Reconnect: yes, with back-off.
    package static let internalError = WebSocketCloseCode(rawValue: 1011)
    /// The server has no room for this connection now. Reconnect: yes, with back-off.
    package static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)
    /// Ours, "Ping timeout": no sign of life for too long. Reconnect: yes, at once.
    package static let pingTimeout = WebSocketCloseCode(rawValue: 4000)
    /// Ours, "Slow consumer": the client read more slowly than its subscriptions delivered and its buffer was full.
    /// Reconnect: yes, and resume from the last offset; better with fewer subscriptions.
    package static let slowConsumer = WebSocketCloseCode(rawValue: 4008)

    /// Whether a close frame may carry this code. 1004, 1005, 1006 and 1015 are reserved for use inside an endpoint, 1016 to
    /// 2999 are unassigned, below 1000 and from 5000 on nothing is defined.
    package var isAllowedOnWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
