import Bus
import TestSupport

/// What a stream told its handler.
struct StreamLog: Sendable {
    var opened = 0
    var received: [UInt8] = []
    var reads = 0
    var peerEnded = 0
    var overflowed = 0
    var closed = 0
    var drained = 0
    var callsAfterClose = 0
}

/// What a handler does besides writing the log.
struct StreamBehaviour: Sendable {
    var opened: @Sendable (TCPStream, isolated Shard) -> Void = { _, _ in }
    var received: @Sendable (TCPStream, [UInt8], isolated Shard) -> Void = { _, _, _ in }
    var peerEnded: @Sendable (TCPStream, isolated Shard) -> Void = { _, _ in }
    var overflowed: @Sendable (TCPStream, isolated Shard) -> Void = { _, _ in }
    var closed: @Sendable (isolated Shard) -> Void = { _ in }
    var drain: @Sendable (TCPStream, isolated Shard) -> Void = { stream, _ in stream.finish() }

    /// Sends back what comes, then ends.
    static let echo = StreamBehaviour(
        received: { stream, bytes, _ in stream.append(bytes) },
        peerEnded: { stream, _ in stream.finish() }
    )
}

/// A handler that tests look into.
final class StreamProbe: StreamHandler {
    private let log: Watched<StreamLog>
    private let behaviour: StreamBehaviour
    private var stream: TCPStream?

    init(_ behaviour: StreamBehaviour = StreamBehaviour(), log: Watched<StreamLog>) {
        self.behaviour = behaviour
        self.log = log
    }

    private func note(_ body: (inout StreamLog) -> Void) {
        log.update { log in
            if log.closed > 0 { log.callsAfterClose += 1 }
            body(&log)
        }
    }

    func opened(_ stream: TCPStream, on shard: isolated Shard) {
        self.stream = stream
        behaviour.opened(stream, shard)
        note { $0.opened += 1 }
    }

    func received(_ bytes: Span<UInt8>, on shard: isolated Shard) {
        let bytes = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        if let stream { behaviour.received(stream, bytes, shard) }
        note { log in
            log.received += bytes
            log.reads += 1
        }
    }

    func peerEnded(on shard: isolated Shard) {
        if let stream { behaviour.peerEnded(stream, shard) }
        note { $0.peerEnded += 1 }
    }

    func overflowed(on shard: isolated Shard) {
        if let stream { behaviour.overflowed(stream, shard) }
        note { $0.overflowed += 1 }
    }

    func closed(on shard: isolated Shard) {
        behaviour.closed(shard)
        stream = nil
        note { $0.closed += 1 }
    }

    func tick(now: UInt64, on shard: isolated Shard) {}

    func drain(on shard: isolated Shard) {
        if let stream { behaviour.drain(stream, shard) }
        note { $0.drained += 1 }
    }
}

extension Shard {
    /// Runs `body` on the shard's loop.
    func run<Result: Sendable>(_ body: @Sendable (isolated Shard) throws -> Result) rethrows -> Result {
        try body(self)
    }
}
