/// Collects messages that may come in swarms, so that each subscriber gets a swarm in one write.
struct GatheredMessages {
    /// How long a swarm is collected.
    static let milliseconds: UInt64 = 20

    private var waiting: [Message] = []
    private var isGathering = false

    enum AddAction: Equatable {
        /// The first after a quiet time: it doesn't wait.
        case publishAndStartTimer
        case wait
    }

    mutating func add(_ message: Message) -> AddAction {
        guard isGathering else {
            isGathering = true
            return .publishAndStartTimer
        }
        waiting.append(message)
        return .wait
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
