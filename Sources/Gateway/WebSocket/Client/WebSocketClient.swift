package import Bus
internal import HTTPTypes

/// A WebSocket client for command lines and tests: connect, send text, iterate over what comes.
///
/// It lives on the first loop of a bus that the caller starts, drains and stops. Binary messages are refused (1003).
package final class WebSocketClient: WebSocketEndpoint, Sendable {
    private struct State {
        var inbox = WebSocketInbox(bound: WebSocketClient.inboxBound)
        var opening: CheckedContinuation<Result<Void, GatewayError>, Never>?
        var consumer: CheckedContinuation<Void, Never>?
    }

    private let shard: Shard
    private let state = Lock(State())
    /// Touched on the shard's loop only, by functions that take the shard.
    nonisolated(unsafe) private var connection: WebSocketConnection?

    /// Messages that may wait for the consumer before the connection is no longer read.
    private static let inboxBound = 1024
    /// Bytes that may wait for the server before `send` refuses.
    private static let outputBound = 4 << 20

    private init(_ shard: Shard) { self.shard = shard }

    /// Opens `url`, for example `ws://127.0.0.1:3849/?global=0`.
    ///
    /// Throws 400 for a bad URL, the status of a server that refused, 502 if there is none, 504 if it does not answer.
    package static func connect(
        to url: String,
        on bus: Bus,
        fields: [(name: String, value: String)] = []
    ) async throws(GatewayError) -> WebSocketClient {
        let url = try WebSocketURL(url)
        let address: SocketAddress
        do throws(BusError) {
            address = try SocketAddress(host: url.host, port: url.port)
        } catch {
            throw GatewayError(.badRequest, error.message)
        }
        let client = WebSocketClient(bus.shards[0])
        let outcome = await withCheckedContinuation { continuation in
            client.state.withLock { $0.opening = continuation }
            client.shard.runHere { shard in client.open(url, at: address, fields: fields, on: shard) }
        }
        try outcome.get()
        return client
    }

    private func open(
        _ url: WebSocketURL,
        at address: SocketAddress,
        fields: [(name: String, value: String)],
        on shard: isolated Shard
    ) {
        let opening = WebSocketOpening(url, fields: fields, endpoint: self) { self.finishOpening(.failure($0)) }
        do throws(BusError) {
            try shard.connect(to: address, handler: opening)
        } catch {
            finishOpening(.failure(GatewayError(.badGateway, error.message)))
        }
    }

    private func finishOpening(_ outcome: Result<Void, GatewayError>) {
        let continuation = state.withLock { state in
            defer { state.opening = nil }
            return state.opening
        }
        continuation?.resume(returning: outcome)
    }

    // MARK: - Sending

    /// Sends one text message. Throws 502 if the connection is over, 503 if the server doesn't read.
    package func send(_ text: String) async throws(GatewayError) {
        try await send(Array(text.utf8), on: shard)
    }

    private func send(_ text: [UInt8], on shard: isolated Shard) throws(GatewayError) {
        guard let connection = unsafe connection, connection.isOpen, let stream = connection.stream else {
            throw GatewayError(.badGateway, "The connection is closed")
        }
        guard stream.buffered + text.count <= WebSocketClient.outputBound else {
            throw .unavailable("The server does not read what is sent")
        }
        connection.send(text.span, on: shard)
    }

    /// Says goodbye (1000); `messages` ends. `Bus.drain` waits for the server's answer.
    package func close() async { await close(on: shard) }

    private func close(on shard: isolated Shard) {
        unsafe connection?.close(.normal, reason: "", on: shard)
    }

    // MARK: - Receiving

    /// Text messages in their order, for one consumer at a time. Ends when either side closes with 1000 or when the
    /// task is cancelled; throws with the close code and reason otherwise.
    package var messages: Messages { Messages(client: self) }

    package struct Messages: AsyncSequence, Sendable {
        package typealias Element = String
        fileprivate let client: WebSocketClient
        package func makeAsyncIterator() -> Iterator { Iterator(client: client) }
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let client: WebSocketClient
        private var batch: ArraySlice<String> = []

        fileprivate init(client: WebSocketClient) { self.client = client }

        /// The next message, nil at the end.
        package mutating func next() async throws(GatewayError) -> String? {
            if batch.isEmpty { batch = try await client.take()[...] }
            return batch.popFirst()
        }
    }

    /// At least one message, or none at the end.
    private func take() async throws(GatewayError) -> [String] {
        while true {
            switch state.withLock({ $0.inbox.take() }) {
            case .messages(let messages, let resumeReading):
                if resumeReading { await self.resumeReading(on: shard) }
                return messages
            case .finished: return []
            case .failed(let error): throw error
            case .wait: await wait()
            }
        }
    }

    private func resumeReading(on shard: isolated Shard) { unsafe connection?.stream?.resumeReading() }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    let mustWait = state.inbox.wait()
                    if mustWait { state.consumer = continuation }
                    return mustWait
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            finish(nil)
        }
    }

    private func finish(_ error: GatewayError?) {
        resumeConsumer { $0.finish(error) }
    }

    /// Resumes the consumer if `change` says so, outside the lock.
    private func resumeConsumer(if change: (inout WebSocketInbox) -> Bool) {
        let consumer = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard change(&state.inbox) else { return nil }
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume()
    }

    // MARK: - Endpoint

    package func opened(_ connection: WebSocketConnection, on shard: isolated Shard) {
        unsafe self.connection = connection
        finishOpening(.success(()))
    }

    package func received(_ payload: Span<UInt8>, kind: WebSocketMessageKind, on shard: isolated Shard) {
        guard kind == .text else {
            unsafe connection?.close(.unsupportedData, reason: "Only text is expected here", on: shard)
            return
        }
        let text = unsafe payload.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        var mustPause = false
        resumeConsumer { inbox in
            let action = inbox.push(text)
            mustPause = action == .pauseReading
            return action == .resumeConsumer
        }
        if mustPause { unsafe connection?.stream?.pauseReading() }
    }

    package func quiet(on shard: isolated Shard) {}

    package func closed(on shard: isolated Shard) {
        let ending = unsafe connection?.ending
        unsafe connection = nil
        switch ending {
        case .closedHere(.normal), .closedByPeer(.normal?, _): finish(nil)
        case .closedHere(let code):
            finish(GatewayError(.badGateway, "The connection was closed here with \(code.rawValue)"))
        case .closedByPeer(let code?, let reason):
            finish(GatewayError(.badGateway, "The server closed the connection: \(code.rawValue) \(reason)"))
        case .closedByPeer(nil, _), nil:
            finish(GatewayError(.badGateway, "The connection was lost"))
        }
    }
}
