package import HTTPTypes

/// The head of one request, checked: what follows needs no second look at its syntax.
package struct HTTPRequestHead: Sendable, Equatable {
    /// How the end of the body is known (RFC 9112 section 6.3).
    package enum Framing: Equatable, Sendable {
        /// Neither Content-Length nor Transfer-Encoding: there is no body.
        case none
        /// A body of so many bytes, maybe 0.
        case length(Int)
        /// Transfer-Encoding: chunked.
        case chunked
    }

    /// The method as sent; methods are case-sensitive.
    package let method: HTTPRequest.Method
    /// The request target as sent.
    package let target: String
    /// The target up to its `?`, not percent-decoded; `*` for `OPTIONS *`. For a target in absolute form: its path,
    /// at least `/`.
    package let path: String
    /// What follows the first `?` of the target, not percent-decoded; nil without `?`.
    package let query: String?
    /// Host and optional port that the client means: from an absolute-form target (RFC 9112 section 3.2.2), else from
    /// Host. Empty only for an HTTP/1.0 request without Host.
    package let authority: String
    /// The fields in their order, without Host: ``authority`` is the one place for it, so nobody downstream can look at
    /// another host than the one that was checked.
    package let fields: HTTPFields
    /// Whether the request is HTTP/1.0. (HTTP/1.2 and later count as 1.1, RFC 9110 section 2.5.)
    package let isHTTP10: Bool
    /// Whether the client wants the connection kept after the answer (RFC 9112 section 9.3).
    package let keepAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body. False without a body and in HTTP/1.0.
    package let expectsContinue: Bool
    /// How the end of the body is known.
    package let framing: Framing
    /// Whether this is a GET without a body that asks for the WebSocket protocol (RFC 6455 section 4.2.1: Upgrade and
    /// Connection; the Sec-WebSocket fields are still to be checked).
    package let wantsWebSocketUpgrade: Bool
}

/// What a parser found.
package enum HTTPRequestEvent: Sendable, Equatable {
    /// A request begins.
    case head(HTTPRequestHead)
    /// A piece of its body, never empty.
    case body([UInt8])
    /// The request is complete.
    case end
}
