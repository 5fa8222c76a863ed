package import Logging
internal import Synchronization

/// A port that is being listened on. The connections live on in their shards after `close`.
package final class Listening: Sendable {
    /// Where, with the port that the system chose if 0 was asked for.
    package let address: SocketAddress
    private let stop: @Sendable () async -> Void

    fileprivate init(address: SocketAddress, stop: @escaping @Sendable () async -> Void) {
        self.address = address
        self.stop = stop
    }

    /// Accepts no more and frees the port.
    package func close() async { await stop() }
}

extension Bus {
    /// Makes the owner of a new connection, inside the shard that the connection will live in.
    package typealias HandlerFactory = @Sendable (isolated Shard) -> any StreamHandler

    /// Listens on the first loop and gives each connection to the loop that has the fewest.
    ///
    /// Beyond `maximumConnections` in the whole process a new connection is closed at once and `refused` counts it.
    package func listen(
        on address: SocketAddress,
        limits: StreamLimits = StreamLimits(),
        maximumConnections: Int,
        logger: Logger,
        makeHandler: @escaping HandlerFactory
    ) async throws(BusError) -> Listening {
        let first = shards[0]
        return try await first.listen(
            on: address,
            limits: limits,
            maximumConnections: maximumConnections,
            shards: shards,
            logger: logger,
            makeHandler: makeHandler
        )
    }
}

extension Shard {
    fileprivate func listen(
        on address: SocketAddress,
        limits: StreamLimits,
        maximumConnections: Int,
        shards: [Shard],
        logger: Logger,
        makeHandler: @escaping Bus.HandlerFactory
    ) throws(BusError) -> Listening {
        let key = try hold(
            TCPListener(address, on: loop) { descriptor in
                let loads = shards.map { $0.load.load(ordering: .relaxed) }
                guard loads.reduce(0, +) < maximumConnections else {
                    Descriptor.close(descriptor)
                    self.assumeIsolated { $0.countRefusedConnection() }
                    return
                }
                let target = zip(shards, loads).min { $0.1 < $1.1 }?.0 ?? self
                target.load.add(1, ordering: .relaxed)
                target.runHere { shard in
                    shard.adopt(descriptor, handler: makeHandler(shard), limits: limits)
                }
            } failed: { error in
                logger.warning("accepting rests for a moment", metadata: ["reason": "\(error)"])
            }
        )
        let actual = listenerAddress(key) ?? address
        return Listening(address: actual) { [self] in await closeListener(key) }
    }

    /// Runs `body` in this shard: in place when its loop is the current one, else as its next work.
    package nonisolated func runHere(_ body: @escaping @Sendable (isolated Shard) -> Void) {
        if loop.isCurrent {
            assumeIsolated(body)
        } else {
            loop.execute { self.assumeIsolated(body) }
        }
    }
}
