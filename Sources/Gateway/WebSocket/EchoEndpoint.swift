package import Bus

/// Sends back what it gets, unasked nothing: for conformance suites (`--echo`).
package final class EchoEndpoint: WebSocketEndpoint {
    private var connection: WebSocketConnection?

    package init() {}

    package func opened(_ connection: WebSocketConnection, on shard: isolated Shard) {
        self.connection = connection
        // The largest message goes back whole while the one before it may still be on its way.
        connection.stream?.raiseMaximum(to: 4 * WebSocketLimits.echo.maxMessage)
    }

    package func received(_ payload: Span<UInt8>, kind: WebSocketMessageKind, on shard: isolated Shard) {
        connection?.send(payload, kind: kind, on: shard)
    }

    package func quiet(on shard: isolated Shard) {}

    package func closed(on shard: isolated Shard) { connection = nil }
}
