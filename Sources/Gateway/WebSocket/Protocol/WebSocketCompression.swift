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

    /// What this end needs to read the other end's messages.
    package func makeInflater(for role: WebSocketRole) -> Inflater {
        switch role {
        case .server: Inflater(windowBits: clientMaxWindowBits, keepsContext: !clientNoContextTakeover)
        case .client: Inflater(windowBits: serverMaxWindowBits, keepsContext: !serverNoContextTakeover)
        }
    }

    /// What this end needs to compress its messages.
    package func makeDeflater(for role: WebSocketRole) -> Deflater {
        switch role {
        case .server: Deflater(windowBits: serverMaxWindowBits, keepsContext: !serverNoContextTakeover)
        case .client: Deflater(windowBits: clientMaxWindowBits, keepsContext: !clientNoContextTakeover)
        }
    }
}
