import Bus
import Logging
import Synchronization

/// Two agents in this process that send each other messages: some are always on their way.
enum RelayRun {
    /// Messages on their way; well below the bound of an inbox.
    private static let tokens = 256

    /// Returns the messages handled and what that cost.
    static func run(loops: Int, seconds: Double) async throws -> (handled: Int, expense: Expense) {
        let bus = Bus(loops: loops)
        try await bus.start()
        let counter = RelayCounter()
        let logger = Logger(label: "dcm-bench")
        let names = ["topics/left", "topics/right"].compactMap { ChannelName($0) }
        let payload = Array(#"{"text":"\#(String(repeating: "x", count: 120))"}"#.utf8)

        let tasks = names.indices.map { index in
            Task(executorPreference: LoopTaskExecutor(bus.shards[index % loops].loop)) {
                let specification = AgentSpecification(
                    name: "relay-\(index)",
                    patterns: [ChannelPattern(names[index])],
                    policy: .fail
                ) {
                    Relay(bus: bus, to: names[1 - index], payload: payload, counter: counter)
                }
                await Supervisor(bus: bus, logger: logger).run([specification])
            }
        }
        for name in names {
            while await !bus.hasSubscribers(for: name) { try await Task.sleep(for: .milliseconds(1)) }
        }
        for _ in 0..<tokens {
            bus.publish(Message(channel: names[0], event: "task.updated", data: payload))
        }
        try await Task.sleep(for: .seconds(1))
        let watch = try Expense.start(of: nil)
        let start = counter.handled
        try await Task.sleep(for: .seconds(seconds))
        let handled = counter.handled - start
        let expense = try watch.stop()

        counter.stop()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await bus.drain(seconds: 1)
        bus.stop()
        return (handled, expense)
    }
}

/// Answers each message with one.
private actor Relay: Agent {
    private let bus: Bus
    private let target: ChannelName
    private let payload: [UInt8]
    private let counter: RelayCounter

    init(bus: Bus, to target: ChannelName, payload: [UInt8], counter: RelayCounter) {
        self.bus = bus
        self.target = target
        self.payload = payload
        self.counter = counter
    }

    func handle(_ message: Message) {
        guard counter.add() else { return }
        bus.publish(Message(channel: target, event: "task.updated", data: payload))
    }
}

/// How many messages both agents have handled.
private final class RelayCounter: Sendable {
    private let count = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

    var handled: Int { count.load(ordering: .relaxed) }

    /// False when it is over.
    func add() -> Bool {
        count.add(1, ordering: .relaxed)
        return !isStopped.load(ordering: .relaxed)
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }
}
