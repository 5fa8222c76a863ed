package import HTTPTypes

/// Status and fields of an answer; what frames it is the business of ``HTTPResponseEncoder``.
package struct HTTPResponseHead: Sendable, Equatable {
    /// The status code and its phrase.
    package var status: HTTPResponse.Status
    /// The fields, without Content-Length, Transfer-Encoding, Date and Connection.
    package var fields: HTTPFields

    /// An answer without a body yet.
    package init(status: HTTPResponse.Status, fields: HTTPFields = HTTPFields()) {
        self.status = status
        self.fields = fields
    }
}

/// What an answer has to know about its request.
package struct HTTPResponseContext: Sendable, Equatable {
    /// The request was HEAD: the length of the body is sent, the body isn't.
    package var isHead: Bool
    /// The request was HTTP/1.0.
    package var isHTTP10: Bool
    /// The connection stays open behind this answer.
    package var keepAlive: Bool

    /// For an answer to something that isn't a readable request: HTTP/1.1, with a body, and the connection closes.
    package static let closing = HTTPResponseContext(isHead: false, isHTTP10: false, keepAlive: false)

    /// Each fact by itself.
    package init(isHead: Bool, isHTTP10: Bool, keepAlive: Bool) {
        self.isHead = isHead
        self.isHTTP10 = isHTTP10
        self.keepAlive = keepAlive
    }

    /// - Parameter mayKeepAlive: false if the server wants to close, whatever the client asked for.
    package init(_ request: HTTPRequestHead, mayKeepAlive: Bool = true) {
        self.init(
            isHead: request.method == .head,
            isHTTP10: request.isHTTP10,
            keepAlive: request.keepAlive && mayKeepAlive
        )
    }
}

/// Why an answer was not written. It is a mistake in this program, not in the request: answer 500.
package struct HTTPEncodeError: Error, Equatable, Sendable {
    /// One value for each rule.
    package enum Code: Equatable, Sendable {
        /// A control character: a CR LF would let a value smuggle in fields or a whole second answer.
        case fieldValue
        /// A field that frames the answer and so is the encoder's own.
        case reservedField
    }

    /// Which rule was broken.
    package let code: Code
    /// The name of the field.
    package let field: String
}
