/// The course of a traffic run: a state machine that knows counts and times, no sockets.
struct TrafficState {
    private enum Phase: Equatable {
        case opening
        case warming
        case measuring
        /// No more is published; what is outstanding is waited for.
        case draining
        case over
    }

    private let plan: TrafficPlan
    private var phase = Phase.opening
    private var ready = 0
    private var phaseStart: UInt64 = 0
    private var lastProgress: UInt64 = 0
    /// Since the phase began.
    private(set) var published = 0
    private(set) var delivered = 0
    private var acknowledged = 0

    /// How long nothing may happen, in nanoseconds.
    private static let patience: UInt64 = 10_000_000_000

    init(_ plan: TrafficPlan) { self.plan = plan }

    var isMeasuring: Bool { phase == .measuring || phase == .draining }
    var isPublishing: Bool { phase == .warming || phase == .measuring }
    var isOver: Bool { phase == .over }

    private var expectedConnections: Int { plan.publishers + plan.subscribers + (plan.withSilent ? 1 : 0) }

    enum Step: Equatable {
        case goOn
        /// All are connected: publish, nothing is counted yet.
        case startWarmUp
        /// The warm-up has been delivered completely: counters and clocks start.
        case startMeasuring
        /// Everything that was published has been delivered and acknowledged: clocks stop.
        case finish
    }

    /// A connection is ready.
    mutating func becameReady(now: UInt64) -> Step {
        ready += 1
        lastProgress = now
        guard ready == expectedConnections, phase == .opening else { return .goOn }
        phase = .warming
        phaseStart = now
        return .startWarmUp
    }

    mutating func progressed(delivered: Int, acknowledged: Int, now: UInt64) -> Step {
        self.delivered += delivered
        self.acknowledged += acknowledged
        lastProgress = now
        return step(now: now)
    }

    /// What comes next, by the clock and by the counts.
    mutating func step(now: UInt64) -> Step {
        switch phase {
        case .opening, .over: return .goOn
        case .warming:
            guard isTimeUp(plan.warmUp, now), isComplete else { return .goOn }
            phase = .measuring
            phaseStart = now
            published = 0
            delivered = 0
            acknowledged = 0
            return .startMeasuring
        case .measuring:
            guard isTimeUp(plan.seconds, now) else { return .goOn }
            phase = .draining
            return step(now: now)
        case .draining:
            guard isComplete else { return .goOn }
            phase = .over
            return .finish
        }
    }

    private func isTimeUp(_ seconds: Double, _ now: UInt64) -> Bool {
        now - phaseStart >= UInt64(seconds * 1e9)
    }

    private var isComplete: Bool {
        delivered == published * plan.copies && (!plan.wantsAnswers || acknowledged == published)
    }

    /// True if something has been outstanding for too long.
    func isStalled(now: UInt64) -> Bool {
        phase != .over && now > lastProgress + TrafficState.patience
    }

    /// How many messages should be published now, at most `most`.
    mutating func due(now: UInt64, most: Int) -> Int {
        guard isPublishing else { return 0 }
        // The warm-up must come to an end, so it stops publishing when its time is up.
        if phase == .warming, isTimeUp(plan.warmUp, now) { return 0 }
        switch plan.pace {
        case .window(let window):
            let room = (window - (published * plan.copies - delivered)) / max(1, plan.copies)
            let answers = plan.wantsAnswers ? window - (published - acknowledged) : window
            return min(most, room, answers)
        case .rate(let rate):
            // The first one is due at once.
            return min(most, Int(Double(now - phaseStart) * rate / 1e9) + 1 - published)
        }
    }

    /// When the next message is due at a fixed rate.
    var nextDue: UInt64 {
        guard case .rate(let rate) = plan.pace else { return 0 }
        return phaseStart + UInt64(Double(published) / rate * 1e9)
    }

    /// When the next message is due at a fixed rate; `due` has said that there is one.
    mutating func publish() -> UInt64 {
        defer { published += 1 }
        return nextDue
    }
}
