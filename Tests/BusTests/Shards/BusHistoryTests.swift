import TestSupport
import Testing

@testable import Bus

/// A sink that writes down offsets and numbers.
private final class PlaceSink: MessageSink {
    let places: Watched<[Int64]>
    let numbers: Watched<[Int]>

    init(_ places: Watched<[Int64]>, _ numbers: Watched<[Int]>) {
        self.places = places
        self.numbers = numbers
    }

    func deliver(_ message: Message, on shard: isolated Shard) {
        numbers.update { $0.append(message.number) }
        places.update { $0.append(message.position?.offset ?? -1) }
    }
}

@Suite(.timeLimit(.minutes(2))) struct BusHistoryTests {
    private let limits = HistoryLimits(depth: 100_000, age: 1 << 40)

    private func withBus(loops: Int, _ body: (Bus, ChannelName) async throws -> Void) async throws {
        let channel = try #require(ChannelName("topics/kept"))
        try await Bus.running(loops: loops) { bus in
            await bus.keepHistory(HistorySetup(limits: limits))
            try await body(bus, channel)
        }
    }

    /// Publishes on each loop, some at a time, from tasks that run at once.
    private func publish(_ count: Int, on channel: ChannelName, _ bus: Bus) async {
        await withTaskGroup { group in
            for shard in bus.shards {
                group.addTask {
                    for start in stride(from: 0, to: count, by: 50) {
                        await shard.run { shard in
                            for number in start..<min(start + 50, count) {
                                shard.publish(Message(shard.index * 100_000 + number, on: channel))
                            }
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3])
    func `all loops see the same events at the same places`(loops: Int) async throws {
        try await withBus(loops: loops) { bus, channel in
            var sinks: [(places: Watched<[Int64]>, numbers: Watched<[Int]>)] = []
            for shard in bus.shards {
                let sink = (Watched<[Int64]>([]), Watched<[Int]>([]))
                sinks.append(sink)
                await shard.run { shard in
                    let subscriber = Subscriber(.sink(PlaceSink(sink.0, sink.1)))
                    shard.subscribe(subscriber, to: ChannelPattern(channel))
                    _ = shard.hold(subscriber)
                }
            }
            let count = 2000
            await publish(count, on: channel, bus)
            var orders: [[Int]] = []
            for sink in sinks {
                #expect(await sink.places.wait { $0.count >= loops * count } == (1...Int64(loops * count)).map(\.self))
                let numbers = sink.numbers.value
                orders.append(numbers)
                for publisher in 0..<loops {
                    #expect(
                        numbers.filter { $0 / 100_000 == publisher }
                            == (0..<count).map { publisher * 100_000 + $0 },
                        "the order of a publisher"
                    )
                }
            }
            #expect(orders.allSatisfy { $0 == orders[0] })
            let page = try #require(await bus.history(of: channel, after: nil, limit: 1_000_000))
            #expect(page.events.map(\.number) == orders[0] && page.position.offset == Int64(loops * count))
        }
    }

    /// Subscribers come in the middle of the traffic with an offset that they know.
    @Test(arguments: [1, 2, 3])
    func `who resumes gets every event once`(loops: Int) async throws {
        try await withBus(loops: loops) { bus, channel in
            let count = 3000
            let publishing = Task { await publish(count, on: channel, bus) }
            var seen: [(since: Int64, places: Watched<[Int64]>)] = []
            for round in 0..<30 {
                let page = await bus.history(of: channel, after: nil, limit: 1)
                let epoch = page?.position.epoch ?? ""
                let since = max(0, (page?.position.offset ?? 0) - Int64(round % 7) * 20)
                let places = Watched<[Int64]>([])
                let isRecovered = await bus.shards[round % loops].listen(
                    places,
                    to: channel,
                    since: HistoryPosition(offset: since, epoch: epoch)
                )
                guard isRecovered else {
                    #expect(page == nil, "only before the first event there is nothing to resume")
                    continue
                }
                seen.append((since, places))
            }
            await publishing.value
            let total = Int64(loops * count)
            #expect(!seen.isEmpty)
            for (since, places) in seen {
                let expected = Array(since..<total).map { $0 + 1 }
                #expect(await places.wait { $0.count >= expected.count } == expected)
            }
        }
    }

    @Test func `says when something is missing`() async throws {
        let channel = try #require(ChannelName("topics/short"))
        try await Bus.running { bus in
            await bus.keepHistory(HistorySetup(limits: HistoryLimits(depth: 3, age: 1 << 40)))
            for number in 1...10 { bus.publish(Message(number, on: channel)) }
            let position = try #require(await bus.history(of: channel, after: nil, limit: 1)?.position)
            for (offset, isRecovered) in [(6, false), (7, true), (10, true), (11, false)] as [(Int64, Bool)] {
                let place = HistoryPosition(offset: offset, epoch: position.epoch)
                #expect(await bus.shards[0].listen(Watched([]), to: channel, since: place) == isRecovered)
            }
            let other = HistoryPosition(offset: 10, epoch: "other")
            #expect(await bus.shards[0].listen(Watched([]), to: channel, since: other) == false)
        }
    }

    @Test func `channels beyond the bounds give way, the quiet ones first`() async throws {
        try await Bus.running { bus in
            var limits = HistoryLimits(depth: 100, age: 1 << 40)
            limits.channels = 3
            await bus.keepHistory(HistorySetup(limits: limits))
            let channels = try (0..<5).map { try #require(ChannelName("topics/c\($0)")) }
            for channel in channels { bus.publish(Message(1, on: channel)) }
            let gauges = await bus.figures().gauges
            #expect(gauges.histories == 3 && gauges.forgottenHistories == 2)
            #expect(await bus.history(of: channels[4], after: nil, limit: 1) != nil)
        }
        try await Bus.running { bus in
            var limits = HistoryLimits(depth: 100, age: 1 << 40)
            limits.channelBytes = 400
            limits.totalBytes = 600
            await bus.keepHistory(HistorySetup(limits: limits))
            let channels = try (0..<4).map { try #require(ChannelName("topics/c\($0)")) }
            for channel in channels {
                for number in 0..<10 { bus.publish(Message(number, on: channel)) }
            }
            let gauges = await bus.figures().gauges
            #expect(gauges.historyBytes <= 600 && gauges.histories == 4 && gauges.emptiedHistories > 0)
        }
    }

    @Test func `channels without a history have no places`() async throws {
        try await withBus(loops: 2) { bus, _ in
            bus.publish(Message(1))
            #expect(await bus.history(of: .global, after: nil, limit: 1) == nil)
        }
        try await Bus.running { bus in
            await bus.keepHistory(HistorySetup(limits: .off))
            let channel = try #require(ChannelName("topics/x"))
            bus.publish(Message(1, on: channel))
            #expect(await bus.history(of: channel, after: nil, limit: 1) == nil)
        }
    }
}

extension Shard {
    /// Listens with a sink that writes down offsets, what was missed among them; whether that was all.
    fileprivate func listen(
        _ places: Watched<[Int64]>,
        to channel: ChannelName,
        since: HistoryPosition
    ) async -> Bool {
        await withCheckedContinuation { continuation in
            let subscriber = Subscriber(.sink(PlaceSink(places, Watched([]))))
            _ = hold(subscriber)
            listen(subscriber, to: channel, since: since, isWanted: { true }) { start in
                places.update { $0 += start.missed.compactMap { $0.position?.offset } }
                continuation.resume(returning: start.isRecovered == true)
            }
        }
    }
}
