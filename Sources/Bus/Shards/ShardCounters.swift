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
    /// Connections closed because half-received messages took too much memory in all.
    package var refusedInputs = 0
    /// Messages that bounded in-process subscribers dropped by their policy.
    package var droppedMessages = 0
    /// Retained values for which there was no room.
    package var refusedRetained = 0
    /// Times that histories could not be written.
    package var failedHistoryWrites = 0

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
        sum.refusedInputs += right.refusedInputs
        sum.droppedMessages += right.droppedMessages
        sum.refusedRetained += right.refusedRetained
        sum.failedHistoryWrites += right.failedHistoryWrites
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
    /// Channels with a history, and the bytes of their events.
    package var histories = 0
    package var historyBytes = 0
    /// Channels that gave way to others, and those that lost their events for want of room; both only grow.
    package var forgottenHistories = 0
    package var emptiedHistories = 0
    /// Queue groups, what waits in them, what their members have not acknowledged, and what they dropped, which only
    /// grows.
    package var queueGroups = 0
    package var queueWaiting = 0
    package var queueUnacknowledged = 0
    package var queueDropped = 0
    /// Requests that wait for a reply.
    package var openRequests = 0

    package init() {}

    mutating func note(_ history: HistoryTable) {
        histories = history.count
        historyBytes = history.bytes
        forgottenHistories = history.forgottenChannels
        emptiedHistories = history.emptiedChannels
    }

    mutating func note(_ queues: QueueTable) {
        (queueGroups, queueWaiting, queueUnacknowledged, queueDropped) = queues.figures
    }

    package static func + (left: ShardGauges, right: ShardGauges) -> ShardGauges {
        var sum = left
        sum.connections += right.connections
        sum.subscriptions += right.subscriptions
        sum.bufferedBytes += right.bufferedBytes
        sum.histories += right.histories
        sum.historyBytes += right.historyBytes
        sum.forgottenHistories += right.forgottenHistories
        sum.emptiedHistories += right.emptiedHistories
        sum.queueGroups += right.queueGroups
        sum.queueWaiting += right.queueWaiting
        sum.queueUnacknowledged += right.queueUnacknowledged
        sum.queueDropped += right.queueDropped
        sum.openRequests += right.openRequests
        return sum
    }
}
