import TestSupport
import Testing

@testable import Bus

/// What all streams of a loop together may hold.
@Suite(.timeLimit(.minutes(2))) struct StreamBoundsTests {
    /// Many peers that don't read, each below its own limit.
    @Test func `beyond the bound of all streams who has much waiting is too slow`() async throws {
        try await Bus.running { bus in
            let log = Watched(StreamLog())
            let verdicts = try await bus.shards[0].run { shard in
                unsafe shard.loop.streams.mostWaitingOutput = 4 << 20
                var held: [TCPStream] = []
                var far: [Int32] = []
                for _ in 0..<4 {
                    let (near, other) = try SocketPair.make()
                    far.append(other)
                    let opened = Lock<Held?>(nil)
                    let behaviour = StreamBehaviour(opened: { stream, _ in opened.withLock { $0 = Held(stream) } })
                    shard.adoptForTest(near, StreamProbe(behaviour, log: log))
                    if let stream = opened.withLock({ $0 })?.stream { held.append(stream) }
                }
                let block = [UInt8](repeating: 1, count: 1 << 20)
                var verdicts: [WriteVerdict] = []
                for _ in 0..<2 {
                    for stream in held {
                        verdicts.append(stream.append(block))
                        stream.flush()
                    }
                }
                let waiting = unsafe shard.loop.streams.waitingOutput
                #expect(waiting >= 4 << 20 && waiting <= 8 << 20)
                for descriptor in far { Descriptor.close(descriptor) }
                return verdicts
            }
            #expect(verdicts.prefix(4).allSatisfy { $0 == .accepted })
            #expect(verdicts.contains(.overflowed))
            await log.wait { $0.closed == 4 }
            #expect(await bus.shards[0].run { unsafe $0.loop.streams.waitingOutput } == 0)
        }
    }

    @Test func `input that owners hold is counted over all streams`() async throws {
        try await Bus.running { bus in
            let log = Watched(StreamLog())
            try await bus.shards[0].run { shard in
                unsafe shard.loop.streams.mostHeldInput = 100
                for isSecond in [false, true] {
                    let (near, far) = try SocketPair.make()
                    let behaviour = StreamBehaviour(opened: { stream, _ in
                        #expect(stream.holdsInput(60) == !isSecond)
                        #expect(stream.holdsInput(40), "less than before is never refused")
                        #expect(stream.holdsInput(50))
                    })
                    shard.adoptForTest(near, StreamProbe(behaviour, log: log))
                    Descriptor.close(far)
                }
                #expect(unsafe shard.loop.streams.heldInput == 100)
                shard.closeAll()
            }
            await log.wait { $0.closed == 2 }
            #expect(await bus.shards[0].run { unsafe $0.loop.streams.heldInput } == 0)
        }
    }

    private final class Held: @unchecked Sendable {
        // Sendable although it carries a stream: it is opened again on the loop that it was made on.
        let stream: TCPStream
        init(_ stream: TCPStream) { self.stream = stream }
    }
}
