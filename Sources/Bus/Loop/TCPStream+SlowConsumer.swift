extension TCPStream {
    /// Closes hard because the peer doesn't read; what waits for it is dropped and counted.
    package func closeAsSlowConsumer() {
        let dropped = buffered
        shard.assumeIsolated { $0.countSlowConsumer(droppedBytes: dropped) }
        close()
    }

    /// Tells the owner that the peer is too slow; called by who got `WriteVerdict.overflowed`.
    func reportOverflow(on shard: isolated Shard) { handler?.overflowed(on: shard) }
}
