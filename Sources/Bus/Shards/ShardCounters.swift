/// What a shard has done since it started. Sums over shards are the server's figures.
package struct ShardCounters: Sendable, Equatable {
    /// Messages published on this shard's loop.
    package var published = 0
    /// Messages put into a subscriber's output.
    package var delivered = 0
    /// Messages that came from other loops.
    package var crossed = 0
    /// Connections taken over.
    package var connections = 0
    /// Connections closed at once because there were as many as allowed.
    package var refusedConnections = 0
    /// Subscribers closed because they did not read.
    package var slowConsumers = 0
    /// Bytes dropped when slow subscribers were closed.
    package var droppedBytes = 0
    /// Messages that bounded in-process subscribers dropped by their policy.
    package var droppedMessages = 0

    package init() {}

    package static func + (left: ShardCounters, right: ShardCounters) -> ShardCounters {
        var sum = left
        sum.published += right.published
        sum.delivered += right.delivered
        sum.crossed += right.crossed
        sum.connections += right.connections
        sum.refusedConnections += right.refusedConnections
        sum.slowConsumers += right.slowConsumers
        sum.droppedBytes += right.droppedBytes
        sum.droppedMessages += right.droppedMessages
        return sum
    }
}

/// How a shard stands now.
package struct ShardGauges: Sendable, Equatable {
    /// Open connections.
    package var connections = 0
    /// Pairs of subscriber and pattern.
    package var subscriptions = 0
    /// Bytes that wait for peers.
    package var bufferedBytes = 0

    package init() {}

    package static func + (left: ShardGauges, right: ShardGauges) -> ShardGauges {
        var sum = left
        sum.connections += right.connections
        sum.subscriptions += right.subscriptions
        sum.bufferedBytes += right.bufferedBytes
        return sum
    }
}
