package import Bus
internal import HTTPTypes

/// The opening handshake of a client on its stream; once the server has agreed, a `WebSocketConnection` takes over.
///
/// Give it to `Shard.connect(to:handler:)`. Exactly one of these happens: `endpoint` hears `opened`, or `failed` is called.
package final class WebSocketOpening: StreamHandler {
    private let url: WebSocketURL
    private let fields: [(name: String, value: String)]
    private let handshake = WebSocketClientHandshake()
    private let limits: WebSocketLimits
    private let timeOuts: WebSocketConnection.TimeOuts
    private let endpoint: any WebSocketEndpoint
    private var failed: ((GatewayError) -> Void)?
    private var parser = HTTPAnswerHeadParser()
    private var stream: TCPStream?
    private var deadline: UInt64?

    /// How long the connection and the server's answer may take, in milliseconds.
    private static let patience: UInt64 = 10_000

    /// - Parameters:
    ///   - fields: further header fields of the request; the caller vouches that they hold no line breaks.
    ///   - failed: called on the loop, with the server's status if it answered with one, else with 502 or 504.
    package init(
        _ url: WebSocketURL,
        fields: [(name: String, value: String)] = [],
        limits: WebSocketLimits = WebSocketLimits(),
        timeOuts: WebSocketConnection.TimeOuts = WebSocketConnection.TimeOuts(),
        endpoint: any WebSocketEndpoint,
        failed: @escaping (GatewayError) -> Void
    ) {
        self.url = url
        self.fields = fields
        self.limits = limits
        self.timeOuts = timeOuts
        self.endpoint = endpoint
        self.failed = failed
    }

    package func opened(_ stream: TCPStream, on shard: isolated Shard) {
        guard failed != nil else { return stream.close() }
        self.stream = stream
        stream.append(handshake.request(host: url.authority, target: url.target, fields: fields))
    }

    package func received(_ bytes: Span<UInt8>, on shard: isolated Shard) {
        guard let stream else { return }
        switch parser.append(bytes) {
        case .incomplete: return
        case .refused(let reason): fail(GatewayError(.badGateway, reason))
        case .head(let head, let rest):
            switch handshake.check(status: head.status, fields: head.fields.map { ($0.name, $0.value) }) {
            case .refused(let reason):
                let isError = (400...599).contains(head.status)
                fail(GatewayError(isError ? .init(code: head.status) : .badGateway, reason))
            case .accepted(let compression, _):
                let connection = WebSocketConnection(
                    role: .client,
                    limits: limits,
                    compression: compression,
                    timeOuts: timeOuts,
                    endpoint: endpoint
                )
                failed = nil
                self.stream = nil
                stream.setHandler(connection)
                connection.opened(stream, on: shard)
                if !rest.isEmpty { connection.received(rest.span, on: shard) }
            }
        }
    }

    private func fail(_ error: GatewayError) {
        failed?(error)
        failed = nil
        stream?.close()
        stream = nil
    }

    package func tick(now: UInt64, on shard: isolated Shard) {
        guard let deadline else {
            deadline = now + WebSocketOpening.patience
            return
        }
        if now >= deadline { fail(GatewayError(.gatewayTimeout, "\(url.authority) did not answer in time")) }
    }

    package func peerEnded(on shard: isolated Shard) {
        fail(GatewayError(.badGateway, "\(url.authority) closed the connection during the handshake"))
    }

    package func overflowed(on shard: isolated Shard) {}

    package func drain(on shard: isolated Shard) {
        fail(GatewayError(.serviceUnavailable, "The connection was given up before it was open"))
    }

    package func closed(on shard: isolated Shard) {
        let isRefused = stream == nil
        fail(
            GatewayError(
                .badGateway,
                isRefused
                    ? "Nobody listens at \(url.authority)"
                    : "\(url.authority) closed the connection during the handshake"
            )
        )
    }
}
