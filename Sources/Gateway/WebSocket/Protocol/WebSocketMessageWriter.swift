/// Writes messages as one end of a connection sends them: compressed where that was agreed and is worth it, in one frame.
package struct WebSocketMessageWriter: ~Copyable, Sendable {
    private var frames: WebSocketFrameWriter
    private var deflater: Deflater?
    private let keepsContext: Bool

    /// A writer for one end; `compression` is what the handshake agreed on, if anything.
    package init(role: WebSocketRole, compression: WebSocketCompression?) {
        frames = WebSocketFrameWriter(role: role)
        deflater = compression?.makeDeflater(for: role)
        keepsContext = compression?.keepsContext(role) ?? false
    }

    /// Appends the message. Text must be UTF-8; the peer closes the connection otherwise.
    package mutating func append(_ message: Span<UInt8>, kind: WebSocketMessageKind, to output: inout [UInt8]) {
        let opcode: WebSocketOpcode = kind == .text ? .text : .binary
        if message.count >= Deflater.smallestWorthwhile {
            var compressed: [UInt8] = []
            let isCompressed = deflater?.deflate(message, into: &compressed) ?? false
            // With context kept the bytes are part of the peer's window from now on and must be sent, smaller or not.
            if isCompressed, keepsContext || compressed.count < message.count {
                frames.append(compressed.span, opcode: opcode, isCompressed: true, to: &output)
                return
            }
        }
        frames.append(message, opcode: opcode, to: &output)
    }

    /// Appends a ping or pong; at most 125 bytes.
    package mutating func appendControl(_ opcode: WebSocketOpcode, _ payload: Span<UInt8>, to output: inout [UInt8]) {
        frames.append(payload, opcode: opcode, to: &output)
    }

    /// Appends a close frame; see `WebSocketFrameWriter.appendClose`.
    package mutating func appendClose(_ code: WebSocketCloseCode?, reason: String = "", to output: inout [UInt8]) {
        frames.appendClose(code, reason: reason, to: &output)
    }
}
