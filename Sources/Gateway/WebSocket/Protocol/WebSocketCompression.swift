/// The parameters of permessage-deflate that both ends agreed on (RFC 7692 section 7.1).
package struct WebSocketCompression: Sendable, Equatable {
    /// The server compresses each message by itself.
    package var serverNoContextTakeover: Bool
    /// The client compresses each message by itself.
    package var clientNoContextTakeover: Bool
    /// The server's window is at most 2 to this power bytes, 8...15.
    package var serverMaxWindowBits: Int
    /// The client's window is at most 2 to this power bytes, 8...15.
    package var clientMaxWindowBits: Int

    /// The standard's defaults: both ends keep their context, windows of 32 KiB.
    package init(
        serverNoContextTakeover: Bool = false,
        clientNoContextTakeover: Bool = false,
        serverMaxWindowBits: Int = 15,
        clientMaxWindowBits: Int = 15
    ) {
        self.serverNoContextTakeover = serverNoContextTakeover
        self.clientNoContextTakeover = clientNoContextTakeover
        self.serverMaxWindowBits = serverMaxWindowBits
        self.clientMaxWindowBits = clientMaxWindowBits
    }

    /// Whether what this end sends may refer to its earlier messages.
    package func keepsContext(_ sender: WebSocketRole) -> Bool {
        sender == .server ? !serverNoContextTakeover : !clientNoContextTakeover
    }

    /// What this end needs to read the other end's messages.
    package func makeInflater(for role: WebSocketRole) -> Inflater {
        let sender: WebSocketRole = role == .server ? .client : .server
        return Inflater(windowBits: maxWindowBits(sender), keepsContext: keepsContext(sender))
    }

    /// What this end needs to compress its messages.
    package func makeDeflater(for role: WebSocketRole) -> Deflater {
        Deflater(windowBits: maxWindowBits(role), keepsContext: keepsContext(role))
    }

    private func maxWindowBits(_ sender: WebSocketRole) -> Int {
        sender == .server ? serverMaxWindowBits : clientMaxWindowBits
    }
}
