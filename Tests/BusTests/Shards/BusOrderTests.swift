import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(2))) struct BusOrderTests {
    /// A sink on each shard, ready when this returns.
    private func sinks(on bus: Bus, to pattern: ChannelPattern) async -> [Watched<[Int]>] {
        var all: [Watched<[Int]>] = []
        for shard in bus.shards {
            let numbers = Watched<[Int]>([])
            all.append(numbers)
            await shard.run { shard in
                let subscriber = Subscriber(.sink(NumberSink(numbers)))
                shard.subscribe(subscriber, to: pattern)
                _ = shard.hold(subscriber)
            }
        }
        return all
    }

    @Test(arguments: [1, 3])
    func `keeps each publisher's order, also across loops`(loops: Int) async throws {
        try await Bus.running(loops: loops) { bus in
            let sinks = await sinks(on: bus, to: ChannelPattern(.global))
            let count = 3000
            await withTaskGroup { group in
                for shard in bus.shards {
                    group.addTask {
                        for start in stride(from: 0, to: count, by: 100) {
                            await shard.run { shard in
                                for number in start..<start + 100 {
                                    shard.publish(Message(shard.index * 10_000 + number))
                                }
                            }
                        }
                    }
                }
            }
            for sink in sinks {
                let numbers = await sink.wait { $0.count >= loops * count }
                #expect(numbers.count == loops * count)
                for publisher in 0..<loops {
                    #expect(numbers.filter { $0 / 10_000 == publisher } == (0..<count).map { publisher * 10_000 + $0 })
                }
            }
            let figures = await bus.figures().counters
            #expect(figures.published == loops * count)
            #expect(figures.delivered == loops * loops * count)
            #expect(figures.crossed == loops * (loops - 1) * count)
        }
    }

    @Test(arguments: 0..<5)
    func `an acknowledged subscription misses nothing published afterwards`(round: Int) async throws {
        try await Bus.running(loops: 3) { bus in
            for number in 0..<400 {
                let publisher = bus.shards[number % 3]
                let listener = bus.shards[(number + 1 + number / 3 % 2) % 3]
                let numbers = Watched<[Int]>([])
                // Traffic before it, so that a batch is on its way while the subscription is made.
                bus.publish(Message(-1))
                let key = await listener.run { shard in
                    let subscriber = Subscriber(.sink(NumberSink(numbers)))
                    shard.subscribe(subscriber, to: ChannelPattern(.global))
                    return shard.hold(subscriber)
                }
                await publisher.run { shard in
                    for offset in 0..<3 { shard.publish(Message(offset)) }
                }
                let seen = await numbers.wait { $0.count { $0 >= 0 } == 3 }
                #expect(seen.filter { $0 >= 0 } == [0, 1, 2])
                await listener.release(key)
            }
            #expect(await bus.figures().gauges.subscriptions == 0)
        }
    }

    @Test(arguments: [1, 3])
    func `foreign threads publish in their order`(loops: Int) async throws {
        try await Bus.running(loops: loops) { bus in
            let sinks = await sinks(on: bus, to: ChannelPattern(.global))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for thread in 0..<4 {
                    group.addTask {
                        try await onOwnThread {
                            for number in 0..<500 { bus.publish(Message(thread * 1000 + number)) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for sink in sinks {
                let numbers = await sink.wait { $0.count >= 2000 }
                for thread in 0..<4 {
                    #expect(numbers.filter { $0 / 1000 == thread } == (0..<500).map { thread * 1000 + $0 })
                }
            }
        }
    }

    @Test func `gathered messages keep their order`() async throws {
        try await Bus.running(loops: 3) { bus in
            let sinks = await sinks(on: bus, to: ChannelPattern(.global))
            await bus.shards[0].run { shard in
                for number in 0..<500 { shard.publishGathered(Message(number)) }
            }
            for sink in sinks {
                #expect(await sink.wait { $0.count >= 500 } == Array(0..<500))
            }
        }
    }
}
