import TestSupport
import Testing

@testable import Bus

/// More than one turn's budget of copies: slices, in order, to everybody.
@Suite(.timeLimit(.minutes(2))) struct FanoutTests {
    private static let members = 200
    private static let text = String(repeating: "x", count: 100_000)

    private func message(_ number: Int) -> Message {
        Message(channel: .global, event: "test.large", data: Array("\"\(number)\(FanoutTests.text)\"".utf8))
    }

    private func subscribe(_ log: Watched<StreamLog>, on shard: isolated Shard) throws {
        for index in 0..<FanoutTests.members {
            let (near, far) = try SocketPair.make()
            let behaviour = StreamBehaviour(opened: { stream, shard in
                shard.subscribe(Subscriber(.wire(stream)), to: ChannelPattern(.global))
            })
            shard.adoptForTest(near, StreamProbe(behaviour, log: Watched(StreamLog())))
            shard.adoptForTest(far, StreamProbe(log: index == 0 ? log : Watched(StreamLog())))
        }
    }

    @Test func `a large fan-out is done in slices`() async throws {
        try await Bus.running { bus in
            let log = Watched(StreamLog())
            _ = Descriptor.raiseLimit()
            let messages = (0..<4).map(message)
            let buffered = try await bus.shards[0].run { shard in
                try subscribe(log, on: shard)
                for message in messages { shard.publish(message) }
                shard.endBurst()
                return shard.gauges().bufferedBytes
            }
            // 80 MB are to be copied; one turn copies its budget and finishes the copy that it has begun.
            #expect(buffered > 0)
            #expect(buffered <= Shard.fanoutBytesPerTurn + 4 * messages[0].wire.count)
            let expected = messages.flatMap(\.wire)
            await log.wait { $0.received.count >= expected.count }
            #expect(log.value.received == expected)
        }
    }

    @Test func `who subscribes during a fan-out gets what comes after it, in order`() async throws {
        try await Bus.running { bus in
            _ = Descriptor.raiseLimit()
            let numbers = Watched<[Int]>([])
            try await bus.shards[0].run { shard in
                try subscribe(Watched(StreamLog()), on: shard)
                for number in 0..<4 { shard.publish(message(number)) }
                shard.endBurst()
                shard.subscribe(Subscriber(.sink(NumberSink(numbers))), to: ChannelPattern(.global))
                for number in 1...3 { shard.publish(Message(number)) }
            }
            #expect(await numbers.wait { $0.count >= 3 } == [1, 2, 3])
        }
    }

    @Test func `who leaves during a fan-out gets no more of it`() async throws {
        try await Bus.running { bus in
            let log = Watched(StreamLog())
            _ = Descriptor.raiseLimit()
            let numbers = Watched<[Int]>([])
            let messages = (0..<4).map(message)
            try await bus.shards[0].run { shard in
                try subscribe(log, on: shard)
                let leaving = Subscriber(.sink(NumberSink(numbers)))
                shard.subscribe(leaving, to: ChannelPattern(.global))
                for message in messages { shard.publish(message) }
                shard.publish(Message(5))
                shard.endBurst()
                shard.remove(leaving)
            }
            let expected = messages.reduce(0) { $0 + $1.wire.count }
            await log.wait { $0.received.count >= expected }
            while await bus.shards[0].run({ shard in unsafe shard.loop.streams.inputIsHeld() }) {}
            #expect(numbers.value == [])
        }
    }

    @Test func `a loop that has much to copy slows down those that send to it`() async throws {
        try await Bus.running { bus in
            _ = Descriptor.raiseLimit()
            let target = bus.shards[0]
            let isCongested = try await target.run { shard in
                try subscribe(Watched(StreamLog()), on: shard)
                let large = message(0)
                for _ in 0...Shard.mostWaitingBytes / large.wire.count {
                    shard.publish(large)
                    shard.endBurst()
                }
                return Crossing(to: target).isCongested
            }
            #expect(isCongested)
            await target.closeAll()
            while await target.run({ _ in Crossing(to: target).isCongested }) {}
        }
    }

    @Test func `no input is read while a fan-out is under way`() async throws {
        try await Bus.running { bus in
            _ = Descriptor.raiseLimit()
            let isHeld = try await bus.shards[0].run { shard in
                try subscribe(Watched(StreamLog()), on: shard)
                for number in 0..<4 { shard.publish(message(number)) }
                shard.endBurst()
                return unsafe shard.loop.streams.inputIsHeld() && shard.loop.streams.hasWork
            }
            #expect(isHeld)
            while await bus.shards[0].run({ shard in unsafe shard.loop.streams.inputIsHeld() }) {}
        }
    }
}
