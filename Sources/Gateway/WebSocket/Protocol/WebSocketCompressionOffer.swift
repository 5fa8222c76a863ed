/// What our client asks of a server, and the check of its answer.
package enum WebSocketCompressionOffer {
    /// The field value of an offer. `client_max_window_bits` is always offered, so that the server may ask for a small
    /// window.
    package static func field(_ wanted: WebSocketCompression) -> String {
        var field = "permessage-deflate"
        if wanted.serverNoContextTakeover { field += "; server_no_context_takeover" }
        if wanted.clientNoContextTakeover { field += "; client_no_context_takeover" }
        if wanted.serverMaxWindowBits < 15 { field += "; server_max_window_bits=\(wanted.serverMaxWindowBits)" }
        field += "; client_max_window_bits"
        if wanted.clientMaxWindowBits < 15 { field += "=\(wanted.clientMaxWindowBits)" }
        return field
    }

    /// What a server's answer came to.
    package enum Outcome: Sendable, Equatable {
        /// The server doesn't compress.
        case none
        /// What both ends do from now on.
        case agreed(WebSocketCompression)
        /// The answer isn't one to this offer; the connection must be given up (RFC 7692 section 7.1).
        case refused
    }

    /// Checks the `Sec-WebSocket-Extensions` fields of an answer. `offer` is nil when nothing was offered.
    package static func check(_ fields: [String], offer: WebSocketCompression?) -> Outcome {
        guard let elements = WebSocketExtensionOffer.parse(fields) else { return .refused }
        guard let element = elements.first else { return .none }
        guard let offer, elements.count == 1, let answer = WebSocketDeflateParameters(element, from: .server) else {
            return .refused
        }
        let agreed = WebSocketCompression(
            serverNoContextTakeover: answer.serverNoContextTakeover,
            clientNoContextTakeover: answer.clientNoContextTakeover || offer.clientNoContextTakeover,
            serverMaxWindowBits: answer.serverMaxWindowBits ?? 15,
            clientMaxWindowBits: min(answer.clientMaxWindowBits.value ?? 15, offer.clientMaxWindowBits)
        )
        // The server's own parameters are demands, which it must grant; the client's are hints, which it may ignore, but it
        // must not answer with a larger window than the client can have.
        guard agreed.serverNoContextTakeover || !offer.serverNoContextTakeover,
            agreed.serverMaxWindowBits <= offer.serverMaxWindowBits,
            answer.clientMaxWindowBits.value ?? 0 <= offer.clientMaxWindowBits
        else { return .refused }
        return .agreed(agreed)
    }
}
