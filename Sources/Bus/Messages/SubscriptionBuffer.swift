internal import DequeModule

/// What a bounded subscriber in this process does when it is full.
package enum OverflowPolicy: Equatable, Sendable {
    /// The oldest waiting message goes: for figures and states, where only the newest counts.
    case dropOldest
    /// The new message goes.
    case dropNewest
    /// The subscription ends with `BusError.Code.full`: for those who must not miss anything.
    case fail
}

/// The queue of one subscriber in this process: a state machine without locks or tasks.
struct SubscriptionBuffer<Element> {
    private var elements = Deque<Element>()
    private let bound: Int
    private let policy: OverflowPolicy
    private var isWaiting = false
    private var end: End?

    private enum End: Equatable {
        case finished, overflowed
    }

    init(bound: Int, policy: OverflowPolicy) {
        precondition(bound > 0, "a subscription needs room for one message")
        self.bound = bound
        self.policy = policy
    }

    enum PushAction: Equatable {
        /// It waits in the queue.
        case queued
        /// The consumer waits: resume it with `next`.
        case resume
        /// A message was dropped by the policy.
        case dropped
        /// The subscription is over: end the consumer's wait if there is one, and count the message as dropped.
        case failed(resume: Bool)
        /// It was over before.
        case ignored
    }

    mutating func push(_ element: Element) -> PushAction {
        guard end == nil else { return .ignored }
        guard elements.count >= bound else {
            elements.append(element)
            defer { isWaiting = false }
            return isWaiting ? .resume : .queued
        }
        switch policy {
        case .dropNewest: return .dropped
        case .dropOldest:
            elements.removeFirst()
            elements.append(element)
            return .dropped
        case .fail:
            end = .overflowed
            defer { isWaiting = false }
            return .failed(resume: isWaiting)
        }
    }

    enum NextAction {
        case element(Element)
        /// Nothing is there: call `wait`.
        case wait
        case finished
        case failed
    }

    mutating func next() -> NextAction {
        if let element = elements.popFirst() { return .element(element) }
        switch end {
        case .finished: return .finished
        case .overflowed: return .failed
        case nil: return .wait
        }
    }

    /// The consumer wants to wait: true if it has to, until `push` or `finish` says resume; false if something came
    /// since `next`.
    mutating func wait() -> Bool {
        isWaiting = elements.isEmpty && end == nil
        return isWaiting
    }

    /// Ends it; what waits can still be taken. True if a waiting consumer must be resumed.
    mutating func finish() -> Bool {
        if end == nil { end = .finished }
        defer { isWaiting = false }
        return isWaiting
    }
}
