import Bus
import Glibc
import Logging
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct TCPStreamTests {
    private func bytes(_ count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(count))
        // A prime length, so that no piece of the way looks like the one before it.
        let block = (0..<65_521).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += block }
        return Array(bytes.prefix(count))
    }

    /// A listener, its log, and the peer's blocking side on a thread of its own.
    private func exchange<Result: Sendable>(
        _ behaviour: StreamBehaviour,
        limits: StreamLimits = StreamLimits(),
        receiveBuffer: Int32? = nil,
        log: Watched<StreamLog> = Watched(StreamLog()),
        _ body: @escaping @Sendable (Socket, Shard) throws -> sending Result
    ) async throws -> (Result, StreamLog) {
        try await Bus.running { bus in
            let listening = try await bus.listen(behaviour, log: log, limits: limits)
            let port = listening.address.port
            let shard = bus.shards[0]
            let result = try await onOwnThread { try body(Socket(port: port, receiveBuffer: receiveBuffer), shard) }
            let end = await log.wait { $0.closed == 1 }
            await listening.close()
            return (result, end)
        }
    }

    @Test func `echoes large data in both directions at once`() async throws {
        let data = bytes(12 << 20)
        let (echoed, log) = try await exchange(.echo, limits: StreamLimits(high: 1 << 16, low: 1 << 14)) { socket, _ in
            let back = Lock<[UInt8]>([])
            let reader = Joined { back.withLock { $0 = (try? socket.receiveToEnd()) ?? [] } }
            try socket.send(data)
            socket.endOutput()
            reader.join()
            return back.withLock { $0 }
        }
        #expect(echoed == data)
        #expect(log.received == data)
        #expect(log.opened == 1 && log.peerEnded == 1 && log.closed == 1 && log.overflowed == 0)
        #expect(log.callsAfterClose == 0)
    }

    @Test func `delivers everything before its FIN`() async throws {
        let data = bytes(5 << 20)
        let behaviour = StreamBehaviour(opened: { stream, _ in
            stream.append(data)
            stream.finish()
            #expect(stream.append([1]) == .closed)
            stream.finish()
        })
        let (received, log) = try await exchange(behaviour) { socket, _ in try socket.receiveToEnd() }
        #expect(received == data)
        #expect(log.closed == 1 && log.peerEnded == 0)
    }

    /// The peer's FIN comes while megabytes still wait for it: it may read on, and gets all of them.
    @Test func `a peer that half-closes while the stream finishes gets everything`() async throws {
        let data = bytes(8 << 20)
        let behaviour = StreamBehaviour(received: { stream, _, _ in
            stream.append(data)
            stream.finish()
        })
        let (received, _) = try await exchange(behaviour, receiveBuffer: 16_384) { socket, _ in
            try socket.send([1])
            let first = try socket.receive(exactly: 1)
            socket.endOutput()
            return first + (try socket.receiveToEnd())
        }
        #expect(received == data)
    }

    @Test func `input after finish is discarded`() async throws {
        let behaviour = StreamBehaviour(received: { stream, _, _ in
            stream.append([9])
            stream.finish()
        })
        let (received, log) = try await exchange(behaviour) { socket, _ in
            try socket.send([1])
            let received = try socket.receiveToEnd()
            for _ in 0..<100 { try socket.send([UInt8](repeating: 2, count: 10_000)) }
            return received
        }
        #expect(received == [9])
        #expect(log.received == [1])
    }

    /// Nothing is read from a peer that doesn't read: what it sends stays in the kernel.
    @Test func `the high mark stops reading until the peer has read`() async throws {
        let log = Watched(StreamLog())
        let limits = StreamLimits(high: 1 << 18, low: 1 << 12, maximum: 64 << 20)
        let answer = [UInt8](repeating: 5, count: 1 << 16)
        let behaviour = StreamBehaviour(
            received: { stream, bytes, _ in
                if bytes == [1] { for _ in 0..<192 { stream.append(answer) } }
            },
            peerEnded: { stream, _ in stream.finish() }
        )
        let (counts, end) = try await exchange(behaviour, limits: limits, receiveBuffer: 16_384, log: log) {
            socket,
            shard in
            try socket.send([1])
            let first = try socket.receive(exactly: 1).count
            try socket.send([2, 2])
            shard.loop.waitForTurns()
            let whileFull = log.value.received.count
            let received = try socket.receive(exactly: (12 << 20) - 1)
            socket.endOutput()
            return [first, whileFull, received.count, try socket.receiveToEnd().count]
        }
        #expect(counts == [1, 1, (12 << 20) - 1, 0])
        #expect(end.received == [1, 2, 2])
        #expect(end.overflowed == 0)
    }

    @Test func `output that leaves does not end the owner's pause`() async throws {
        let log = Watched(StreamLog())
        let kept = Kept()
        let behaviour = StreamBehaviour(
            opened: { stream, _ in kept.stream = stream },
            received: { stream, bytes, _ in
                guard bytes == [1] else { return }
                stream.pauseReading()
                stream.append([7])
            },
            peerEnded: { stream, _ in stream.finish() },
            closed: { _ in kept.stream = nil }
        )
        let (whilePaused, end) = try await exchange(behaviour, log: log) { socket, shard in
            try socket.send([1])
            _ = try socket.receive(exactly: 1)
            try socket.send([2])
            shard.loop.waitForTurns()
            let whilePaused = log.value.received
            shard.loop.execute { kept.stream?.resumeReading() }
            socket.endOutput()
            _ = try socket.receiveToEnd()
            return whilePaused
        }
        #expect(whilePaused == [1])
        #expect(end.received == [1, 2])
    }

    @Test func `the owner's resume does not end the pause of a full output`() async throws {
        let log = Watched(StreamLog())
        let behaviour = StreamBehaviour(
            received: { stream, bytes, _ in
                guard bytes == [1] else { return }
                stream.append([UInt8](repeating: 3, count: 16 << 20))
                stream.pauseReading()
                stream.resumeReading()
            },
            peerEnded: { stream, _ in stream.finish() }
        )
        let limits = StreamLimits(high: 1 << 16, low: 1 << 12, maximum: 64 << 20)
        let (whileFull, end) = try await exchange(behaviour, limits: limits, receiveBuffer: 16_384, log: log) {
            socket,
            shard in
            try socket.send([1])
            _ = try socket.receive(exactly: 1)
            try socket.send([2])
            shard.loop.waitForTurns()
            let whileFull = log.value.received
            _ = try socket.receive(exactly: (16 << 20) - 1)
            socket.endOutput()
            _ = try socket.receiveToEnd()
            return whileFull
        }
        #expect(whileFull == [1])
        #expect(end.received == [1, 2])
    }

    @Test func `reports overflow once and drops whole appends`() async throws {
        let dropped = Watched(0)
        let verdicts = Watched<[WriteVerdict]>([])
        let block = [UInt8](repeating: 1, count: 999) + [2]
        let behaviour = StreamBehaviour(
            received: { stream, _, shard in
                let held = Held(stream)
                // The first part goes to the kernel and to libuv, the rest waits here.
                for _ in 0..<16_000 { stream.append(block) }
                shard.later(turns: 2) { shard in
                    for _ in 0..<10_000 {
                        let verdict = held.stream.append(block)
                        verdicts.update { $0.append(verdict) }
                    }
                    dropped.update { $0 = held.stream.dropPending() }
                    held.stream.append([4, 4])
                    held.stream.finish()
                }
            })
        let (received, _) = try await exchange(
            behaviour,
            limits: StreamLimits(high: 1 << 16, low: 1 << 12, maximum: 16 << 20),
            receiveBuffer: 16_384
        ) { socket, shard in
            try socket.send([1])
            // Who reads at once leaves less than the limit.
            while dropped.value == 0 { shard.loop.waitForTurns() }
            return try socket.receiveToEnd()
        }
        #expect(verdicts.value.count { $0 == .overflowed } == 1)
        #expect(dropped.value == 10_000 * block.count)
        #expect(received.suffix(2) == [4, 4])
        let blocks = received.dropLast(2)
        #expect(blocks.count == 16_000 * block.count)
        #expect(blocks.last == 2, "an append is never cut")
    }

    @Test(arguments: ["opened", "received", "peerEnded"])
    func `may be closed inside its callbacks`(place: String) async throws {
        let isEverywhere: @Sendable (TCPStream, String) -> Void = { stream, here in
            guard here == place else { return }
            stream.append([1])
            stream.close()
            stream.close()
            stream.finish()
            stream.pauseReading()
            stream.resumeReading()
            #expect(stream.append([1]) == .closed)
            #expect(stream.peer == nil)
        }
        let behaviour = StreamBehaviour(
            opened: { stream, _ in isEverywhere(stream, "opened") },
            received: { stream, _, _ in isEverywhere(stream, "received") },
            peerEnded: { stream, _ in isEverywhere(stream, "peerEnded") }
        )
        let (_, log) = try await exchange(behaviour) { socket, _ in
            try? socket.send([UInt8](repeating: 1, count: 100_000))
            socket.endOutput()
            _ = try? socket.receiveToEnd()
        }
        #expect(log.closed == 1 && log.callsAfterClose == 0)
    }

    @Test func `a stream that somebody keeps after its end is harmless`() async throws {
        let kept = Kept()
        let behaviour = StreamBehaviour(
            opened: { stream, _ in
                #expect(stream.peer?.hasPrefix("127.0.0.1:") == true)
                kept.stream = stream
            },
            peerEnded: { stream, _ in stream.close() },
            closed: { shard in
                shard.later(turns: 3) { _ in
                    guard let stream = kept.stream else { return }
                    stream.pauseReading()
                    stream.resumeReading()
                    stream.finish()
                    stream.close()
                    #expect(stream.peer == nil)
                    #expect(stream.append([1]) == .closed)
                    #expect(stream.dropPending() == 0)
                    kept.stream = nil
                }
            }
        )
        _ = try await exchange(behaviour) { socket, _ in socket.endOutput() }
        #expect(kept.stream == nil)
    }

    /// Reset after its FIN, a peer makes the next write fail with EPIPE, whose signal would kill the process.
    @Test func `a write to a peer that is gone closes the stream and harms nobody`() async throws {
        let log = Watched(StreamLog())
        let kept = Kept()
        let behaviour = StreamBehaviour(
            opened: { stream, _ in kept.stream = stream },
            closed: { _ in kept.stream = nil }
        )
        try await Bus.running { bus in
            let listening = try await bus.listen(behaviour, log: log)
            let port = listening.address.port
            do {
                let socket = try await onOwnThread {
                    let socket = try Socket(port: port)
                    socket.resetOnClose()
                    socket.endOutput()
                    return socket
                }
                await log.wait { $0.peerEnded == 1 }
                _ = socket
            }
            while log.value.closed == 0 {
                await bus.shards[0].run { _ in _ = kept.stream?.append([1]) }
            }
            await listening.close()
        }
        #expect(log.value.closed == 1)
    }

    @Test func `what is appended in one turn leaves in one write`() async throws {
        let behaviour = StreamBehaviour(received: { stream, _, _ in
            for _ in 0..<200 { stream.append([UInt8](repeating: 1, count: 100)) }
            stream.finish()
        })
        let (sizes, _) = try await exchange(behaviour) { socket, _ in
            try socket.send([1])
            var sizes: [Int] = []
            while true {
                let count = try socket.receive().count
                if count == 0 { return sizes }
                sizes.append(count)
            }
        }
        #expect(sizes == [20_000])
    }

    @Test func `connects, and tells when nobody listens`() async throws {
        try await Bus.running { bus in
            let server = Watched(StreamLog())
            let listening = try await bus.listen(.echo, log: server)
            let address = listening.address
            let client = Watched(StreamLog())
            try await bus.shards[0].run { shard in
                let behaviour = StreamBehaviour(
                    opened: { stream, _ in stream.append([1, 2, 3]) },
                    received: { stream, _, _ in stream.finish() }
                )
                try shard.connect(to: address, handler: StreamProbe(behaviour, log: client))
            }
            let log = await client.wait { $0.closed == 1 }
            #expect(log.received == [1, 2, 3] && log.opened == 1)
            await server.wait { $0.closed == 1 }
            await listening.close()
            let refused = Watched(StreamLog())
            try await bus.shards[0].run { shard in
                try shard.connect(to: address, handler: StreamProbe(log: refused))
            }
            let end = await refused.wait { $0.closed == 1 }
            #expect(end.opened == 0 && end.callsAfterClose == 0)
        }
    }

    /// 1,100 streams with output in every turn: more than a slice, for many turns.
    @Test func `a fan-out beyond one slice reaches everybody`() async throws {
        try await Bus.running { bus in
            let log = Watched(StreamLog())
            let pairs = 1100
            _ = Descriptor.raiseLimit()
            try await bus.shards[0].run { shard in
                for _ in 0..<pairs {
                    let (near, far) = try SocketPair.make()
                    let behaviour = StreamBehaviour(opened: { stream, shard in
                        shard.subscribe(Subscriber(.wire(stream)), to: ChannelPattern(.global))
                    })
                    shard.adoptForTest(near, StreamProbe(behaviour, log: Watched(StreamLog())))
                    shard.adoptForTest(far, StreamProbe(log: log))
                }
            }
            let message = Message(1)
            for _ in 0..<20 { bus.publish(message) }
            let total = 20 * pairs * message.wire.count
            await log.wait { $0.received.count >= total }
            #expect(log.value.received.count == total)
        }
    }

    private final class Held: @unchecked Sendable {
        // Sendable although it carries a stream: it goes from one turn of the stream's loop to a later one.
        let stream: TCPStream
        init(_ stream: TCPStream) { self.stream = stream }
    }

    private final class Kept: @unchecked Sendable {
        // Sendable although mutable: touched on the stream's loop, and after that loop has stopped.
        var stream: TCPStream?
    }
}
