import Bus
import Logging
import Synchronization
import TestSupport

extension Bus {
    /// Runs `body` with a started bus and stops it, also when `body` throws.
    static func running<Result: Sendable>(
        loops: Int = 1,
        _ body: (Bus) async throws -> Result
    ) async throws -> Result {
        let bus = Bus(loops: loops)
        try await bus.start()
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(bus)) } catch { result = .failure(error) }
        try await onOwnThread { bus.stop() }
        return try result.get()
    }

    /// Listens on a free port; every connection behaves alike and writes into `log`.
    func listen(
        _ behaviour: StreamBehaviour,
        log: Watched<StreamLog>,
        host: String = "127.0.0.1",
        limits: StreamLimits = StreamLimits(),
        maximumConnections: Int = 1000
    ) async throws -> Listening {
        try await listen(
            on: SocketAddress(host: host, port: 0),
            limits: limits,
            maximumConnections: maximumConnections,
            logger: Logger(label: "test")
        ) { _ in StreamProbe(behaviour, log: log) }
    }
}

extension Message {
    /// A message with a number as its data.
    convenience init(_ number: Int, on channel: ChannelName = .global) {
        self.init(channel: channel, event: "test.number", data: Array("\(number)".utf8))
    }

    var number: Int { Int(String(decoding: data, as: UTF8.self)) ?? -1 }
}

/// A sink that writes down the numbers that it gets.
final class NumberSink: MessageSink {
    let numbers: Watched<[Int]>

    init(_ numbers: Watched<[Int]>) { self.numbers = numbers }

    func deliver(_ message: Message, on shard: isolated Shard) {
        numbers.update { $0.append(message.number) }
    }
}
