internal import Agents
internal import Bus

/// One callback on its connections: tries the addresses one after the other until one is open, sends the request, reads
/// the status and closes. It is called on the loop of its shard.
final class CallbackExchange: StreamHandler {
    private var addresses: ArraySlice<SocketAddress>
    private let request: [UInt8]
    private var finished: ((CallbackOutcome) -> Void)?
    private var parser = HTTPAnswerHeadParser()
    private var stream: TCPStream?
    private var hasConnected = false
    private var deadline: UInt64?

    /// How long one attempt may take, in milliseconds.
    static let patience: UInt64 = 10_000

    /// - Parameter finished: Called once, on the loop.
    init(
        _ request: [UInt8],
        to addresses: [SocketAddress],
        finished: @escaping (CallbackOutcome) -> Void
    ) {
        self.request = request
        self.addresses = addresses[...]
        self.finished = finished
    }

    /// Connects to the next address.
    func connect(on shard: isolated Shard) {
        guard finished != nil else { return }
        guard let address = addresses.popFirst() else { return finish(.failed("nobody listens there")) }
        do throws(BusError) {
            try shard.connect(to: address, handler: self)
        } catch {
            connect(on: shard)
        }
    }

    /// The attempt is not wanted any more.
    func cancel() { finish(.failed("given up")) }

    private func finish(_ outcome: CallbackOutcome) {
        finished?(outcome)
        finished = nil
        // What else the receiver says interests nobody: a body could be endless.
        stream?.close()
        stream = nil
    }

    // MARK: - StreamHandler

    func opened(_ stream: TCPStream, on shard: isolated Shard) {
        guard finished != nil else { return stream.close() }
        hasConnected = true
        self.stream = stream
        stream.append(request)
    }

    func received(_ bytes: Span<UInt8>, on shard: isolated Shard) {
        guard finished != nil else { return }
        var reading = parser.append(bytes)
        while true {
            switch reading {
            case .incomplete: return
            case .refused(let reason): return finish(.failed(reason))
            case .head(let head, let rest):
                // 100 and 103 announce the real answer (RFC 9110 section 15.2).
                guard (100...199).contains(head.status), head.status != 101 else {
                    return finish(CallbackOutcome(status: head.status))
                }
                parser = HTTPAnswerHeadParser()
                reading = parser.append(rest.span)
            }
        }
    }

    func tick(now: UInt64, on shard: isolated Shard) {
        guard let deadline else {
            deadline = now + CallbackExchange.patience
            return
        }
        if now >= deadline { finish(.failed("no answer in time")) }
    }

    func peerEnded(on shard: isolated Shard) { finish(.failed("the connection was closed without an answer")) }

    func overflowed(on shard: isolated Shard) {}

    func drain(on shard: isolated Shard) { cancel() }

    func closed(on shard: isolated Shard) {
        stream = nil
        if hasConnected { finish(.failed("the connection was lost")) } else { connect(on: shard) }
    }
}
