/// What a server agrees to when clients offer permessage-deflate.
package enum WebSocketCompressionPolicy: Sendable, Equatable {
    /// No compression.
    case off
    /// The message endpoint. Neither end keeps its context, so that one compressed form of a message serves all subscribers
    /// and an idle connection holds no zlib state; windows are 4 KiB (`sharedWindowBits`), which is plenty for messages of
    /// some hundred bytes. An offer that demands a smaller window of the server is declined.
    case shared
    /// The echo endpoint: every parameter as the client offers it, context kept unless it says otherwise.
    case asOffered

    /// The server's window on the message endpoint, and the largest one that it asks of clients, as a power of two.
    package static let sharedWindowBits = 12

    /// An agreement and the field value that tells the client.
    package struct Agreement: Sendable, Equatable {
        /// What both ends do from now on.
        package var compression: WebSocketCompression
        /// The value of the answer's `Sec-WebSocket-Extensions`.
        package var field: String
    }

    /// What the offers of a handshake came to.
    package enum Answer: Sendable, Equatable {
        /// No offer is acceptable; the connection goes uncompressed.
        case none
        /// The first acceptable offer.
        case agreed(Agreement)
        /// The fields break the grammar of RFC 6455 section 9.1; the handshake is refused.
        case malformed
    }

    /// Answers the `Sec-WebSocket-Extensions` fields of a request.
    package func answer(_ fields: [String]) -> Answer {
        guard let offers = WebSocketExtensionOffer.parse(fields) else { return .malformed }
        guard self != .off else { return .none }
        for offer in offers {
            if let parameters = WebSocketDeflateParameters(offer, from: .client), let agreement = accept(parameters) {
                return .agreed(agreement)
            }
        }
        return .none
    }

    private func accept(_ offer: WebSocketDeflateParameters) -> Agreement? {
        var compression = WebSocketCompression(
            serverNoContextTakeover: offer.serverNoContextTakeover,
            clientNoContextTakeover: offer.clientNoContextTakeover,
            serverMaxWindowBits: offer.serverMaxWindowBits ?? 15,
            clientMaxWindowBits: offer.clientMaxWindowBits.value ?? 15
        )
        if self == .shared {
            guard compression.serverMaxWindowBits >= Self.sharedWindowBits else { return nil }
            compression.serverNoContextTakeover = true
            compression.clientNoContextTakeover = true
            compression.serverMaxWindowBits = Self.sharedWindowBits
            // RFC 7692 section 7.1.2.2: only a client that offered the parameter may be asked for a smaller window.
            if offer.clientMaxWindowBits != .absent {
                compression.clientMaxWindowBits = min(compression.clientMaxWindowBits, Self.sharedWindowBits)
            }
        }
        var field = "permessage-deflate"
        if compression.serverNoContextTakeover { field += "; server_no_context_takeover" }
        if compression.clientNoContextTakeover { field += "; client_no_context_takeover" }
        if offer.serverMaxWindowBits != nil { field += "; server_max_window_bits=\(compression.serverMaxWindowBits)" }
        if compression.clientMaxWindowBits < 15 || offer.clientMaxWindowBits.value != nil {
            field += "; client_max_window_bits=\(compression.clientMaxWindowBits)"
        }
        return Agreement(compression: compression, field: field)
    }
}
