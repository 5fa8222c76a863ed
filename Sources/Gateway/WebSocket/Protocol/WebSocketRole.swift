/// Which end of a WebSocket connection this is. RFC 6455 section 5.1 lets exactly one direction be masked, so the role
/// decides what the parser accepts and what the writer produces.
package enum WebSocketRole: Sendable, Equatable {
    /// Accepts only masked frames and sends unmasked ones.
    case server
    /// Accepts only unmasked frames and masks what it sends, each frame with a fresh random key.
    case client
}
