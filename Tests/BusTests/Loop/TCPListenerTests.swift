import Logging
import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(2))) struct TCPListenerTests {
    /// An address of its own: a port of 127.0.0.1 that was freed may be taken by a connection of another test.
    private let host = "127.83.7.1"

    @Test func `an address in use has its own code`() async throws {
        try await Bus.running { bus in
            let listening = try await bus.listen(StreamBehaviour(), log: Watched(StreamLog()), host: host)
            #expect(listening.address.port != 0)
            let address = listening.address
            let error = await #expect(throws: BusError.self) {
                _ = try await bus.listen(on: address, maximumConnections: 1, logger: Logger(label: "test")) { _ in
                    StreamProbe(log: Watched(StreamLog()))
                }
            }
            #expect(error?.code == .addressInUse)
            #expect(error?.message.contains("\(address)") == true)
            await listening.close()
            await listening.close()
            let again = try await bus.listen(on: address, maximumConnections: 1, logger: Logger(label: "test")) { _ in
                StreamProbe(log: Watched(StreamLog()))
            }
            #expect(again.address.port == address.port)
        }
    }

    @Test func `an address of another machine has its own code`() async throws {
        try await Bus.running { bus in
            let address = try SocketAddress(host: "192.0.2.1", port: 0)
            let error = await #expect(throws: BusError.self) {
                _ = try await bus.listen(on: address, maximumConnections: 1, logger: Logger(label: "test")) { _ in
                    StreamProbe(log: Watched(StreamLog()))
                }
            }
            #expect(error?.code == .addressUnavailable)
        }
    }

    @Test func `the bus that stops frees its ports`() async throws {
        let address = try await Bus.running { bus in
            try await bus.listen(StreamBehaviour(), log: Watched(StreamLog()), host: host).address
        }
        try await Bus.running { bus in
            let again = try await bus.listen(on: address, maximumConnections: 1, logger: Logger(label: "test")) { _ in
                StreamProbe(log: Watched(StreamLog()))
            }
            #expect(again.address.port == address.port)
        }
    }

    @Test func `spreads connections over the loops`() async throws {
        try await Bus.running(loops: 2) { bus in
            let log = Watched(StreamLog())
            let listening = try await bus.listen(.echo, log: log)
            let port = listening.address.port
            let sockets = try await onOwnThread { try (0..<10).map { _ in try Socket(port: port) } }
            await log.wait { $0.opened == 10 }
            for shard in bus.shards { #expect(await shard.gauges().connections == 5) }
            let echoes = try await onOwnThread {
                try sockets.enumerated().map { number, socket in
                    try socket.send([UInt8(number)])
                    socket.endOutput()
                    return try socket.receiveToEnd()
                }
            }
            #expect(echoes == (0..<10).map { [UInt8($0)] })
            await log.wait { $0.closed == 10 }
            #expect(await bus.figures().gauges.connections == 0)
            #expect(await bus.figures().counters.connections == 10)
        }
    }

    @Test func `refuses connections beyond the limit and counts them`() async throws {
        try await Bus.running(loops: 2) { bus in
            let log = Watched(StreamLog())
            let listening = try await bus.listen(.echo, log: log, maximumConnections: 2)
            let port = listening.address.port
            let held = try await onOwnThread { try (0..<2).map { _ in try Socket(port: port) } }
            await log.wait { $0.opened == 2 }
            let refused = try await onOwnThread { try Socket(port: port).receiveToEnd() }
            #expect(refused.isEmpty)
            #expect(await bus.figures().counters.refusedConnections == 1)
            // One that leaves makes room.
            held[0].endOutput()
            await log.wait { $0.closed == 1 }
            let echo = try await onOwnThread {
                let socket = try Socket(port: port)
                try socket.send([5])
                socket.endOutput()
                return try socket.receiveToEnd()
            }
            #expect(echo == [5])
            held[1].endOutput()
            await log.wait { $0.closed == 3 }
        }
    }

    @Test func `may be closed by who is given a connection`() async throws {
        let loop = EventLoop(name: "test-loop")
        loop.start()
        let accepted = Watched(0)
        let failures = Watched(0)
        let port = Watched<UInt16>(0)
        let own = Own()
        // Held here, the loop finds two connections in one turn.
        let mayGoOn = Watched(false)
        loop.execute {
            guard let address = try? SocketAddress(host: "127.0.0.1", port: 0) else { return }
            own.listener = try? TCPListener(address, on: loop) { descriptor in
                Descriptor.close(descriptor)
                own.listener?.close()
                accepted.update { $0 += 1 }
            } failed: { _ in
                failures.update { $0 += 1 }
            }
            port.update { $0 = own.listener?.address.port ?? 1 }
            while !mayGoOn.value {}
        }
        let number = await port.wait { $0 != 0 }
        let sockets = try await onOwnThread { try (0..<2).map { _ in try Socket(port: number) } }
        mayGoOn.update { $0 = true }
        await accepted.wait { $0 > 0 }
        try await onOwnThread { loop.stop() }
        #expect(accepted.value == 1 && failures.value == 0)
        own.listener = nil
        _ = sockets
    }

    private final class Own: @unchecked Sendable {
        // Sendable although mutable: touched on the loop, and after the loop has stopped.
        var listener: TCPListener?
    }
}

@Suite struct SocketAddressTests {
    @Test(
        arguments: [
            ("127.0.0.1", "127.0.0.1:80", true), ("localhost", "127.0.0.1:80", true),
            ("LocalHost", "127.0.0.1:80", true),
            ("::1", "[::1]:80", true),
            ("0.0.0.0", "0.0.0.0:80", false), ("10.1.2.3", "10.1.2.3:80", false), ("::", "[::]:80", false),
            ("127.255.0.1", "127.255.0.1:80", true),
        ]
    )
    func `takes literals`(host: String, text: String, isLoopback: Bool) throws {
        let address = try SocketAddress(host: host, port: 80)
        #expect(address.description == text)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("10.1.2.3", "10.1.2.3"), ("0:0::1", "::1"), ("FE80::0:1", "fe80::1"), ("::ffff:10.1.2.3", "10.1.2.3"),
        ("LOCALHOST", "127.0.0.1"),
    ])
    func `has one spelling`(host: String, spelling: String) throws {
        #expect(try SocketAddress(host: host, port: 80).numericHost == spelling)
    }

    @Test func `a stream knows which address was meant`() async throws {
        try await Bus.running { bus in
            let found = Watched<String?>(nil)
            let behaviour = StreamBehaviour(opened: { stream, _ in
                let local = stream.localHost
                found.update { $0 = local }
            })
            let listening = try await bus.listen(behaviour, log: Watched(StreamLog()), host: "0.0.0.0")
            let port = listening.address.port
            let socket = try await onOwnThread { try Socket(port: port) }
            #expect(await found.wait { $0 != nil } == "127.0.0.1")
            _ = socket
        }
    }

    @Test(arguments: ["", "example.org", "127.0.0.1.5", "256.0.0.1", "127.1", "[::1]", "127.0.0.1:80", " 127.0.0.1"])
    func `resolves no names`(host: String) {
        let error = #expect(throws: BusError.self) { try SocketAddress(host: host, port: 80) }
        #expect(error?.code == .addressUnavailable)
    }
}
