/// Collects messages that may come in swarms, so that each subscriber gets a swarm in one write.
struct GatheredMessages {
    /// How long a swarm is collected.
    static let milliseconds: UInt64 = 20
    /// Messages that are collected at most; then they go at once, and the next ones are collected anew.
    static let limit = 4096

    private var waiting: [Message] = []
    private var isGathering = false

    enum AddAction {
        /// The first after a quiet time: it doesn't wait.
        case publishAndStartTimer
        case wait
        /// These are enough.
        case publish([Message])
    }

    mutating func add(_ message: Message) -> AddAction {
        guard isGathering else {
            isGathering = true
            return .publishAndStartTimer
        }
        waiting.append(message)
        guard waiting.count >= Self.limit else { return .wait }
        defer { waiting = [] }
        return .publish(waiting)
    }

    enum TimerAction {
        case publishAndRestartTimer([Message])
        case nothing
    }

    mutating func timerFired() -> TimerAction {
        guard !waiting.isEmpty else {
            isGathering = false
            return .nothing
        }
        defer { waiting = [] }
        return .publishAndRestartTimer(waiting)
    }
}
