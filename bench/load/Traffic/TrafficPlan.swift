import Bus

/// What a traffic run does.
struct TrafficPlan: Sendable {
    enum Pace: Sendable {
        /// Closed loop: at most so many deliveries and so many acknowledgements are outstanding.
        case window(Int)
        /// Open loop: so many messages a second, sent when they are due whatever the server does.
        case rate(Double)
    }

    var address: SocketAddress
    var publishers: Int
    var subscribers: Int
    /// Each publisher has a channel of its own with one subscriber, instead of all sharing one.
    var inPairs = false
    /// One more subscriber that reads nothing until the traffic is over.
    var withSilent = false
    var pace: Pace
    /// In the open loop, sleeps until the next message is due instead of looking at the clock all the time.
    var sleeps = false
    var wantsAnswers = true
    var warmUp = 1.0
    var seconds: Double

    /// Deliveries that one message causes.
    var copies: Int { inPairs ? 1 : subscribers }

    func channel(of index: Int) -> String { inPairs ? "\(TrafficPlan.channel)/\(index)" : TrafficPlan.channel }
    static let channel = "topics/bench"
}

/// What a traffic run found.
struct TrafficOutcome: Sendable {
    var published = 0
    var delivered = 0
    /// Deliveries whose every byte was checked.
    var examined = 0
    var expense = Expense(seconds: 0, server: 0, generator: 0)
    /// From the time at which a message was due to its arrival; open loop only.
    var latency = Histogram()
    /// The close code of the silent subscriber, if it got one.
    var silentCode: Int?
}
