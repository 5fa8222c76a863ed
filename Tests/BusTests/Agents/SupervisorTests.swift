import Bus
import Logging
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct SupervisorTests {
    private struct Broken: Error {}

    /// Writes down what it handles and throws at negative numbers.
    private actor Worker: Agent {
        let handled: Watched<[Int]>
        init(_ handled: Watched<[Int]>) { self.handled = handled }

        func handle(_ message: Message) async throws {
            let text = String(decoding: message.data, as: UTF8.self)
            handled.update { $0.append(Int(text) ?? 0) }
            if text.hasPrefix("-") { throw Broken() }
        }
    }

    private struct Log: LogHandler {
        let lines: Watched<[String]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let agent = event.metadata?["agent"].map { "\($0)" } ?? ""
            lines.update { $0.append("\(event.level) \(agent)") }
        }
    }

    @Test func `one that throws is logged and restarted, the other goes on`() async throws {
        try await Bus.running { bus in
            let clock = TestClock()
            let lines = Watched<[String]>([])
            let logger = Logger(label: "test") { _ in Log(lines: lines) }
            let first = Watched<[Int]>([])
            let second = Watched<[Int]>([])
            let made = Watched(0)
            let a = try #require(ChannelName("topics/a"))
            let b = try #require(ChannelName("topics/b"))
            let supervisor = Supervisor(
                bus: bus,
                clock: clock,
                backoff: RestartBackoff(first: .seconds(1)),
                logger: logger
            )
            let running = Task {
                await supervisor.run([
                    AgentSpecification(name: "first", patterns: [ChannelPattern(a)]) {
                        made.update { $0 += 1 }
                        return Worker(first)
                    },
                    AgentSpecification(name: "second", patterns: [ChannelPattern(b)]) { Worker(second) },
                ])
            }
            await Self.subscribers(2, of: bus)
            bus.publish(Message(1, on: a))
            bus.publish(Message(-1, on: a))
            bus.publish(Message(2, on: a))
            #expect(await clock.sleeping() == [.seconds(1)])
            #expect(first.value == [1, -1])
            bus.publish(Message(7, on: b))
            await second.wait { $0 == [7] }
            #expect(made.value == 1)
            clock.advance(by: .milliseconds(999))
            #expect(made.value == 1, "not before its time")
            clock.advance(by: .milliseconds(1))
            await first.wait { $0 == [1, -1, 2] }
            #expect(made.value == 2)
            bus.publish(Message(-2, on: a))
            #expect(await clock.sleeping() == [.seconds(2)], "the wait grows")
            #expect(lines.value == ["error first", "error first"])
            clock.advance(by: .seconds(2))
            bus.publish(Message(3, on: a))
            await first.wait { $0.last == 3 }
            running.cancel()
            await running.value
        }
    }

    @Test func `an inbox that was full is replaced by a new one`() async throws {
        try await Bus.running { bus in
            let clock = TestClock()
            let handled = Watched<[Int]>([])
            let made = Watched(0)
            let supervisor = Supervisor(
                bus: bus,
                clock: clock,
                logger: Logger(label: "test") { _ in Log(lines: Watched([])) }
            )
            let mayStart = Watched(false)
            let running = Task {
                await supervisor.run([
                    AgentSpecification(name: "a", patterns: [ChannelPattern(.global)], inboxBound: 2, policy: .fail) {
                        await mayStart.wait { $0 }
                        made.update { $0 += 1 }
                        return Worker(handled)
                    }
                ])
            }
            await Self.subscribers(1, of: bus)
            for number in 1...5 { bus.publish(Message(number)) }
            _ = await bus.figures()
            mayStart.update { $0 = true }
            await clock.sleeping()
            #expect(handled.value == [1, 2])
            clock.advance(by: .seconds(1))
            await made.wait { $0 == 2 }
            bus.publish(Message(6))
            await handled.wait { $0 == [1, 2, 6] }
            running.cancel()
            await running.value
        }
    }

    @Test func `ends when the bus does`() async throws {
        let supervisors = try await Bus.running { bus in
            let supervisor = Supervisor(bus: bus, logger: Logger(label: "test"))
            let running = Task {
                await supervisor.run([
                    AgentSpecification(name: "a", patterns: [ChannelPattern(.global)]) { Worker(Watched([])) }
                ])
            }
            await Self.subscribers(1, of: bus)
            return running
        }
        await supervisors.value
    }

    /// Asks again and again, each time through the loops' queues: a subscription has no event of its own.
    private static func subscribers(_ count: Int, of bus: Bus) async {
        while await bus.figures().gauges.subscriptions < count { await Task.yield() }
    }
}
