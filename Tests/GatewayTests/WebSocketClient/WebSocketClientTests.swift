import Bus
import HTTPTypes
import Logging
import Testing

@testable import Gateway

@Suite struct WebSocketClientTests {
    /// A bus with a server on it that answers upgrades as `upgrade` says; `body` gets its URL.
    private func withServer(
        upgrade: @escaping HTTPService.Upgrade,
        _ body: (Bus, String) async throws -> Void
    ) async throws {
        let bus = Bus()
        try await bus.start()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let service = HTTPService(
            router: Router([]),
            hostPolicy: HostPolicy(ports: []),
            logger: logger,
            upgrade: upgrade
        )
        let listening = try await bus.listen(
            on: SocketAddress(host: "127.0.0.1", port: 0),
            maximumConnections: 100,
            logger: logger
        ) { _ in HTTPConnection(service) }
        do {
            try await body(bus, "ws://\(listening.address)/")
        } catch {
            Issue.record(error)
        }
        await listening.close()
        await bus.drain(seconds: 5)
        bus.stop()
    }

    /// Agrees to every upgrade; `make` gives the endpoint.
    private static func agreeing(_ make: @escaping @Sendable () -> any WebSocketEndpoint) -> HTTPService.Upgrade {
        { head, _ in
            let fields = head.fields.map { (name: $0.name.rawName, value: $0.value) }
            switch WebSocketHandshake(compression: .off).answer(method: "GET", fields: fields) {
            case .accept(let acceptance):
                return .accept(
                    response: acceptance.response,
                    handler: WebSocketConnection(
                        role: .server,
                        limits: .echo,
                        compression: nil,
                        endpoint: make()
                    )
                )
            case .refuse(let refusal): return .refuse(RESTResponse(.init(code: refusal.status)))
            }
        }
    }

    @Test func getsBackWhatItSends() async throws {
        try await withServer(upgrade: WebSocketClientTests.agreeing { EchoEndpoint() }) { bus, url in
            let client = try await WebSocketClient.connect(to: url, on: bus)
            var messages = client.messages.makeAsyncIterator()
            for text in ["", "a", "gr\u{fc}\u{df}e", String(repeating: "x", count: 70_000)] {
                try await client.send(text)
                #expect(try await messages.next() == text)
            }
            await client.close()
            #expect(try await messages.next() == nil)
            await #expect(throws: GatewayError.self) { try await client.send("late") }
        }
    }

    @Test func keepsTheOrderOfMoreThanItsInboxHolds() async throws {
        try await withServer(upgrade: WebSocketClientTests.agreeing { EchoEndpoint() }) { bus, url in
            let client = try await WebSocketClient.connect(to: url, on: bus)
            for number in 0..<5000 { try await client.send("\(number)") }
            var messages = client.messages.makeAsyncIterator()
            for number in 0..<5000 { #expect(try await messages.next() == "\(number)") }
            await client.close()
        }
    }

    @Test func tellsTheServersCloseCodeAfterItsLastMessage() async throws {
        try await withServer(upgrade: WebSocketClientTests.agreeing { Goodbye(.slowConsumer) }) { bus, url in
            let client = try await WebSocketClient.connect(to: url, on: bus)
            var messages = client.messages.makeAsyncIterator()
            #expect(try await messages.next() == "hello")
            await #expect(throws: GatewayError(.badGateway, "The server closed the connection: 4008 so it is")) {
                _ = try await messages.next()
            }
        }
    }

    @Test func anAnswerThatIsOwedComesBeforeTheEndOfTheServer() async throws {
        try await withServer(upgrade: WebSocketClientTests.agreeing { Owing() }) { bus, url in
            let client = try await WebSocketClient.connect(to: url, on: bus)
            try await client.send("question")
            var messages = client.messages.makeAsyncIterator()
            #expect(try await messages.next() == "answer")
            let end = "The server closed the connection: 1001 Server shutting down"
            await #expect(throws: GatewayError(.badGateway, end)) { _ = try await messages.next() }
        }
    }

    @Test func endsWhenTheServerClosesNormally() async throws {
        try await withServer(upgrade: WebSocketClientTests.agreeing { Goodbye(.normal) }) { bus, url in
            let client = try await WebSocketClient.connect(to: url, on: bus)
            var messages = client.messages.makeAsyncIterator()
            #expect(try await messages.next() == "hello")
            #expect(try await messages.next() == nil)
        }
    }

    @Test func throwsTheStatusOfARefusal() async throws {
        let refusing: HTTPService.Upgrade = { _, _ in .refuse(RESTResponse(.forbidden)) }
        try await withServer(upgrade: refusing) { bus, url in
            await #expect(throws: GatewayError(.forbidden, "The server answered with status 403")) {
                try await WebSocketClient.connect(to: url, on: bus)
            }
        }
    }

    @Test func refusesAnAnswerThatIsNotWebSocket() async throws {
        let lying: HTTPService.Upgrade = { _, _ in
            .accept(
                response: Array("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n".utf8),
                handler: WebSocketConnection(
                    role: .server,
                    limits: .standard,
                    compression: nil,
                    endpoint: EchoEndpoint()
                )
            )
        }
        try await withServer(upgrade: lying) { bus, url in
            await #expect(throws: GatewayError(.badGateway, "Sec-WebSocket-Accept doesn't match the key")) {
                try await WebSocketClient.connect(to: url, on: bus)
            }
        }
    }

    @Test func saysThatNobodyListens() async throws {
        try await withServer(upgrade: WebSocketClientTests.agreeing { EchoEndpoint() }) { bus, _ in
            await #expect(throws: GatewayError(.badGateway, "Nobody listens at 127.0.0.1:1")) {
                try await WebSocketClient.connect(to: "ws://127.0.0.1:1/", on: bus)
            }
            await #expect(throws: GatewayError.self) {
                try await WebSocketClient.connect(to: "ws://example.com/", on: bus)
            }
        }
    }

    @Test func cancellationEndsTheMessages() async throws {
        try await withServer(upgrade: WebSocketClientTests.agreeing { EchoEndpoint() }) { bus, url in
            let client = try await WebSocketClient.connect(to: url, on: bus)
            let reader = Task {
                var messages = client.messages.makeAsyncIterator()
                return try await messages.next()
            }
            reader.cancel()
            #expect(try await reader.value == nil)
            await client.close()
        }
    }
}

/// Says hello and closes.
private final class Goodbye: WebSocketEndpoint {
    private let code: WebSocketCloseCode

    init(_ code: WebSocketCloseCode) { self.code = code }

    func opened(_ connection: WebSocketConnection, on shard: isolated Shard) {
        connection.send(Array("hello".utf8).span, on: shard)
        connection.close(code, reason: "so it is", on: shard)
    }

    func received(_ payload: Span<UInt8>, kind: WebSocketMessageKind, on shard: isolated Shard) {}
    func quiet(on shard: isolated Shard) {}
    func closed(on shard: isolated Shard) {}
}

/// Is asked, then the server goes down, then it answers.
private final class Owing: WebSocketEndpoint {
    private(set) var owesAnswers = false
    private var connection: WebSocketConnection?

    func opened(_ connection: WebSocketConnection, on shard: isolated Shard) { self.connection = connection }

    func received(_ payload: Span<UInt8>, kind: WebSocketMessageKind, on shard: isolated Shard) {
        owesAnswers = true
        connection?.drain(on: shard)
        connection?.send(Array("answer".utf8).span, on: shard)
        owesAnswers = false
        connection?.answered(on: shard)
    }

    func quiet(on shard: isolated Shard) {}
    func closed(on shard: isolated Shard) { connection = nil }
}
