internal import Synchronization

/// The message bus of one process: event loops with a shard each.
package final class Bus: Sendable {
    package let shards: [Shard]
    private let nextShard = Atomic<Int>(0)
    /// The last values of channels whose publishers asked for that.
    package let retained = RetainedValues()

    /// A bus on `loops` event loops (at least one). Nothing runs before `start`.
    package init(loops: Int = 1) {
        let retained = retained
        shards = (0..<max(1, loops)).map { index in
            Shard(loop: EventLoop(name: "dcm-loop-\(index)"), index: index, retained: retained)
        }
    }

    /// Starts the loops.
    package func start() async throws(BusError) {
        for shard in shards { shard.loop.start() }
        for shard in shards { try await shard.start(peers: shards) }
    }

    /// Keeps histories from now on, and goes on with those that were kept. Call it once, before anybody publishes.
    package func keepHistory(_ setup: HistorySetup) async {
        for message in setup.retained { _ = retained.retain(message) }
        for shard in shards { await shard.keepHistory(setup) }
        setup.marks?.replace()
    }

    /// Waits until histories and retained values are on the disk; false if it can't be written.
    package func flushHistory() async -> Bool {
        var isWritten = true
        for shard in shards where await !shard.flushHistory() { isWritten = false }
        return isWritten
    }

    /// True if the events of such a channel are kept.
    package func keepsHistory(of channel: ChannelName) async -> Bool { await shards[0].keepsHistory(of: channel) }

    /// Some events of a channel, oldest first: those behind an offset, or else the newest. Nil if it has no history.
    package func history(of channel: ChannelName, after offset: Int64?, limit: Int) async -> HistoryPage? {
        let owner = await shards[0].owner(of: channel)
        return await shards[owner].page(of: channel, after: offset, limit: limit)
    }

    /// Tells every connection to finish, waits at most `seconds` for them, and closes the rest.
    package func drain(seconds: Double) async {
        await withTaskGroup { group in
            for shard in shards { group.addTask { await shard.drain() } }
            group.addTask { [shards] in
                try? await Task.sleep(for: .seconds(seconds))
                for shard in shards { await shard.closeAll() }
            }
            for _ in shards { await group.next() }
            group.cancelAll()
        }
    }

    /// Stops the loops; subscriptions end and connections are closed hard, so call `drain` first. Blocks until the
    /// threads have ended.
    package func stop() {
        for shard in shards { shard.loop.execute { shard.assumeIsolated { $0.stop() } } }
        for shard in shards { shard.loop.stop() }
    }

    // MARK: - Messages

    /// Publishes from any thread: in place when called on one of the bus's loops, else through the first one.
    /// Messages that one thread publishes keep their order. Dropped when the bus has stopped: nobody listens any more.
    package func publish(_ message: Message) {
        let shard = shards.first { $0.loop.isCurrent }
        if let shard {
            shard.assumeIsolated { _ = $0.publish(message) }
        } else {
            let shard = shards[0]
            shard.loop.execute { shard.assumeIsolated { _ = $0.publish(message) } }
        }
    }

    /// Publishes a message that is made only if somebody may listen: with one loop its table tells, and the tables of
    /// other loops can't be asked from here.
    package func publish(on channel: ChannelName, _ make: () -> Message) {
        if shards.count == 1, shards[0].loop.isCurrent,
            !shards[0].assumeIsolated({ $0.keepsHistory(of: channel) || $0.hasSubscribers(for: channel) })
        {
            return
        }
        publish(make())
    }

    /// Listens from within this process. `bound` messages may wait; `policy` says what happens beyond.
    package func subscribe(
        to patterns: [ChannelPattern],
        bound: Int = 1024,
        policy: OverflowPolicy
    ) async -> Subscription {
        let shard = shards[nextShard.wrappingAdd(1, ordering: .relaxed).oldValue % shards.count]
        return await shard.subscribe(to: patterns, bound: bound, policy: policy)
    }

    /// True if anybody on any loop listens to the channel: for figures that are worked out only when asked for.
    package func hasSubscribers(for channel: ChannelName) async -> Bool {
        for shard in shards where await shard.hasSubscribers(for: channel) { return true }
        return false
    }

    /// Subscribers of each channel and pattern: a walk through all of them on each loop.
    package func memberCounts() async -> [String: Int] {
        var counts: [String: Int] = [:]
        for shard in shards { counts.merge(await shard.memberCounts, uniquingKeysWith: +) }
        return counts
    }

    /// Figures of all shards.
    package func figures() async -> (counters: ShardCounters, gauges: ShardGauges) {
        var counters = ShardCounters()
        var gauges = ShardGauges()
        for shard in shards {
            counters = await counters + shard.counters
            gauges = await gauges + shard.gauges()
        }
        return (counters, gauges)
    }
}

extension Shard {
    fileprivate func subscribe(
        to patterns: [ChannelPattern],
        bound: Int,
        policy: OverflowPolicy
    ) -> Subscription {
        let sink = SubscriptionSink()
        let subscriber = Subscriber(.sink(sink))
        for pattern in patterns { subscribe(subscriber, to: pattern) }
        let key = hold(subscriber)
        let subscription = Subscription(bound: bound, policy: policy) { [weak self] in
            guard let self else { return }
            loop.execute { self.assumeIsolated { $0.release(key) } }
        }
        sink.subscription = subscription
        return subscription
    }
}

/// Hands a shard's messages to a bounded queue. Weak: a consumer that has let go of its subscription has left.
private final class SubscriptionSink: MessageSink {
    weak var subscription: Subscription?

    func deliver(_ message: Message, on shard: isolated Shard) {
        guard let subscription else { return }
        if !subscription.push(message) { shard.countDroppedMessage() }
    }

    func ended() { subscription?.end() }
}
