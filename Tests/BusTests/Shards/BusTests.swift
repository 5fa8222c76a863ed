import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(2))) struct BusTests {
    @Test(arguments: [1, 3])
    func `subscribers of this process get their channels`(loops: Int) async throws {
        try await Bus.running(loops: loops) { bus in
            let a = try #require(ChannelName("topics/a"))
            let b = try #require(ChannelName("topics/b"))
            let all = try #require(ChannelPattern("topics/*"))
            var subscriptions: [Subscription] = []
            for _ in 0..<loops * 2 {
                subscriptions.append(await bus.subscribe(to: [all, ChannelPattern(a)], policy: .fail))
            }
            #expect(await bus.hasSubscribers(for: b))
            #expect(await !bus.hasSubscribers(for: .global))
            for number in 0..<100 {
                bus.publish(Message(number, on: number.isMultiple(of: 2) ? a : b))
                bus.publish(Message(1000))
            }
            for subscription in subscriptions {
                var messages = subscription.makeAsyncIterator()
                for number in 0..<100 {
                    let message = try await messages.next()
                    #expect(message?.number == number)
                }
                subscription.cancel()
                let end = try await messages.next()
                #expect(end == nil)
            }
            #expect(await bus.figures().gauges.subscriptions == 0)
            #expect(await !bus.hasSubscribers(for: b))
        }
    }

    /// A program that ends with an error leaves its bus without `stop`, and the loop's thread goes on.
    @Test func `a bus that nobody keeps may be dropped without a stop`() async throws {
        for _ in 0..<5 {
            let bus = Bus()
            try await bus.start()
            // The loop has a turn under way when the last reference goes.
            bus.publish(Message(1))
        }
    }

    @Test func `a full subscriber is counted and harms nobody`() async throws {
        try await Bus.running { bus in
            let slow = await bus.subscribe(to: [ChannelPattern(.global)], bound: 3, policy: .dropOldest)
            let fast = await bus.subscribe(to: [ChannelPattern(.global)], bound: 100, policy: .fail)
            for number in 0..<10 { bus.publish(Message(number)) }
            let figures = await bus.figures()
            #expect(figures.counters.droppedMessages == 7)
            #expect(figures.gauges.channels == ["global": 2])
            var messages = slow.makeAsyncIterator()
            for number in 7..<10 {
                let message = try await messages.next()
                #expect(message?.number == number)
            }
            var all = fast.makeAsyncIterator()
            for number in 0..<10 {
                let message = try await all.next()
                #expect(message?.number == number)
            }
        }
    }

    @Test(arguments: [1, 3])
    func `subscriptions end when the bus stops`(loops: Int) async throws {
        let (bus, subscriptions) = try await Bus.running(loops: loops) { bus in
            var subscriptions: [Subscription] = []
            for _ in 0..<loops {
                subscriptions.append(await bus.subscribe(to: [ChannelPattern(.global)], policy: .fail))
            }
            bus.publish(Message(1))
            _ = await bus.figures()
            return (bus, subscriptions)
        }
        for subscription in subscriptions {
            var numbers: [Int] = []
            for try await message in subscription { numbers.append(message.number) }
            #expect(numbers.count <= 1)
            subscription.cancel()
        }
        // Nobody listens any more, and nothing traps.
        bus.publish(Message(2))
    }

    /// Handlers that publish, subscribe and start tasks when they hear that their connection is gone.
    @Test(arguments: 0..<10)
    func `stops while its connections still have something to say`(round: Int) async throws {
        let log = Watched(StreamLog())
        let ran = Watched(0)
        let held = try await Bus.running(loops: 3) { bus in
            let behaviour = StreamBehaviour(closed: { shard in
                shard.publish(Message(1))
                shard.publishGathered(Message(2))
                shard.loop.execute {
                    ran.update { $0 += 1 }
                    shard.assumeIsolated { _ = $0.publish(Message(3)) }
                }
            })
            let listening = try await bus.listen(behaviour, log: log)
            let port = listening.address.port
            let sockets = try await onOwnThread { try (0..<12).map { _ in try Socket(port: port) } }
            await log.wait { $0.opened == 12 }
            return sockets
        }
        #expect(log.value.closed == 12)
        #expect(ran.value == 12)
        _ = held
    }

    @Test(arguments: [1, 3])
    func `drains: what was accepted is finished first`(loops: Int) async throws {
        try await Bus.running(loops: loops) { bus in
            let log = Watched(StreamLog())
            let behaviour = StreamBehaviour(drain: { stream, _ in
                stream.append([UInt8](repeating: 7, count: 100_000))
                stream.finish()
            })
            let listening = try await bus.listen(behaviour, log: log)
            let port = listening.address.port
            let sockets = try await onOwnThread { try (0..<6).map { _ in try Socket(port: port) } }
            await log.wait { $0.opened == 6 }
            await listening.close()
            async let drained: Void = bus.drain(seconds: 3600)
            let counts = try await onOwnThread {
                try sockets.map { socket in
                    let count = try socket.receiveToEnd().count
                    socket.endOutput()
                    return count
                }
            }
            await drained
            #expect(counts == [Int](repeating: 100_000, count: 6))
            #expect(log.value.drained == 6 && log.value.closed == 6)
        }
    }

    @Test func `closes who does not finish in time`() async throws {
        try await Bus.running(loops: 2) { bus in
            let log = Watched(StreamLog())
            let listening = try await bus.listen(StreamBehaviour(drain: { _, _ in }), log: log)
            let port = listening.address.port
            let sockets = try await onOwnThread { try (0..<4).map { _ in try Socket(port: port) } }
            await log.wait { $0.opened == 4 }
            await listening.close()
            await bus.drain(seconds: 0)
            #expect(log.value.closed == 4)
            _ = sockets
        }
    }

    /// Accepted before the port was closed, a connection may reach its loop when that loop drains already.
    @Test func `a connection that arrives while its loop drains is told`() async throws {
        try await Bus.running { bus in
            let shard = bus.shards[0]
            await shard.drain()
            let log = Watched(StreamLog())
            let (near, far) = try SocketPair.make()
            await shard.run { shard in shard.adoptForTest(near, StreamProbe(log: log)) }
            await log.wait { $0.drained == 1 }
            Descriptor.close(far)
            await shard.drain()
            #expect(log.value.closed == 1)
        }
    }

    @Test func `lets go of everything when it has stopped`() async throws {
        weak var first: Shard?
        weak var second: Shard?
        do {
            let shards = try await Bus.running(loops: 2) { bus in
                let log = Watched(StreamLog())
                let listening = try await bus.listen(.echo, log: log)
                let port = listening.address.port
                let socket = try await onOwnThread { try Socket(port: port) }
                await log.wait { $0.opened == 1 }
                _ = socket
                return bus.shards
            }
            first = shards[0]
            second = shards[1]
        }
        // The thread that has stopped the bus may hold it for a moment; a cycle would hold it until the time limit.
        while first != nil || second != nil { await Task.yield() }
    }
}
