/// What came of something that another thread did for this loop.
enum ParkedOutcome: Sendable {
    case joined(Bool)
    case listening(ListeningStart)
    case durable(Bool)
    case responders(Bool)
    case replied(Bool)
}

/// What goes on when another loop or the disk has answered. Kept here under a number, because what is to be done with an
/// answer belongs to this loop, and only the number leaves it.
struct ParkedAnswers {
    /// True when no more answers come for it.
    typealias Continuation = (ParkedOutcome) -> Bool

    private var continuations: [Int: Continuation] = [:]

    mutating func park(_ key: Int, _ continuation: @escaping Continuation) { continuations[key] = continuation }

    func continuation(_ key: Int) -> Continuation? { continuations[key] }

    mutating func remove(_ key: Int) { continuations[key] = nil }

    mutating func removeAll() { continuations = [:] }

    var count: Int { continuations.count }
}
