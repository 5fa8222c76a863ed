internal import Bus

/// Delivers to a connection that agreed on compression.
final class CompressingSink: MessageSink {
    private let connection: WebSocketConnection

    init(_ connection: WebSocketConnection) { self.connection = connection }

    var bufferedBytes: Int { connection.stream?.buffered ?? 0 }

    func deliver(_ message: Message, on shard: isolated Shard) { connection.send(message, on: shard) }
}

extension WebSocketConnection {
    /// Events below it go as they are, in the frame that all share: compressing them for each subscriber would cost more
    /// than it saves on a local network.
    private static let compressionThreshold = 1024

    /// Sends an event.
    func send(_ message: Message, on shard: isolated Shard) {
        if !compresses || message.wire.count < WebSocketConnection.compressionThreshold {
            send(frames: message.wire, on: shard)
        } else {
            send(message.envelope.span, on: shard)
        }
    }
}
