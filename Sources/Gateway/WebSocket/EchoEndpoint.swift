package import Bus

/// Sends back what it gets, unasked nothing: for conformance suites (`--echo`).
package final class EchoEndpoint: WebSocketEndpoint {
    private var connection: WebSocketConnection?

    package init() {}

    package func opened(_ connection: WebSocketConnection, on shard: isolated Shard) { self.connection = connection }

    package func received(_ payload: Span<UInt8>, kind: WebSocketMessageKind, on shard: isolated Shard) {
        connection?.send(payload, kind: kind, on: shard)
    }

    package func quiet(on shard: isolated Shard) {}

    package func closed(on shard: isolated Shard) { connection = nil }
}
