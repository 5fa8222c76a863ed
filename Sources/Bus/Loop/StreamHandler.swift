/// What owns a stream hears these, on the stream's loop and inside its shard.
package protocol StreamHandler: AnyObject {
    /// The first call: the stream that this handler owns from now on.
    func opened(_ stream: TCPStream, on shard: isolated Shard)
    /// Bytes arrived; they are valid during the call only.
    func received(_ bytes: Span<UInt8>, on shard: isolated Shard)
    /// The peer will send no more; it may still read.
    func peerEnded(on shard: isolated Shard)
    /// The output waiting for the peer went over `StreamLimits.maximum`. Called once until the output was dropped.
    func overflowed(on shard: isolated Shard)
    /// The peer has taken its output: it was over `StreamLimits.high` and is at `low` or below.
    func outputDrained(on shard: isolated Shard)
    /// The transport is gone; the last call.
    func closed(on shard: isolated Shard)
    /// Once a second: the place for time-outs. `now` is the loop's clock in milliseconds.
    func tick(now: UInt64, on shard: isolated Shard)
    /// The server is going down: finish what was accepted, say goodbye, close.
    func drain(on shard: isolated Shard)
}

extension StreamHandler {
    /// For owners whose output doesn't depend on what the peer has taken.
    package func outputDrained(on shard: isolated Shard) {}
}

/// How much output may wait for a peer, in bytes.
package struct StreamLimits: Sendable {
    /// Above it, no more input is read from this peer: who doesn't read answers may not ask more.
    package var high: Int
    /// Below it, input is read again.
    package var low: Int
    /// Above it, the handler is told that the peer is too slow.
    package var maximum: Int

    /// Defaults: 256 KiB, 64 KiB, 8 MiB.
    package init(high: Int = 256 << 10, low: Int = 64 << 10, maximum: Int = 8 << 20) {
        self.high = high
        self.low = low
        self.maximum = maximum
    }
}

/// What became of appended output.
package enum WriteVerdict: Equatable, Sendable {
    /// It leaves at the end of the turn or as soon as the peer reads.
    case accepted
    /// It was taken, but the peer is now beyond `StreamLimits.maximum`.
    case overflowed
    /// The stream is closing; the bytes were dropped.
    case closed
}
