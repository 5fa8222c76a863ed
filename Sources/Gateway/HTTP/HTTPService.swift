package import Bus
internal import HTTPTypes
package import Logging
internal import Synchronization

/// What all connections of one port share.
package final class HTTPService: Sendable {
    /// Makes the owner of a connection that has become something else, for example a WebSocket.
    package typealias Upgrade = @Sendable (HTTPRequestHead, isolated Shard) -> UpgradeAnswer

    /// What became of a request to speak another protocol.
    package enum UpgradeAnswer {
        /// Send the response; from now on the handler owns the stream.
        case accept(response: [UInt8], handler: any StreamHandler)
        case refuse(RESTResponse)
    }

    /// How long things may take, in milliseconds.
    package struct TimeOuts: Sendable {
        /// From the first byte of a request to its last.
        package var request: UInt64
        /// A kept connection without a request.
        package var idle: UInt64

        package init(request: UInt64 = 30_000, idle: UInt64 = 75_000) {
            self.request = request
            self.idle = idle
        }
    }

    let router: Router
    let hostPolicy: HostPolicy
    let gate: BearerGate?
    let upgrade: Upgrade?
    let limits: HTTPLimits
    let timeOuts: TimeOuts
    let logger: Logger

    let answers: AnswerCounter
    let running: RunningRequests
    private let bodyBytes = Atomic<Int>(0)
    private let maximumBodyBytes: Int
    private let date = Lock<(second: Int64, value: HTTPDate)>((0, HTTPDate(epochSeconds: 0)))

    /// - Parameters:
    ///   - gate: asked about every request that is no upgrade; nil lets all of them in.
    ///   - maximumBodyBytes: bytes of unfinished and running requests' bodies over all connections; beyond it the
    ///     answer is 503.
    package init(
        router: Router,
        hostPolicy: HostPolicy,
        gate: BearerGate? = nil,
        limits: HTTPLimits = HTTPLimits(),
        timeOuts: TimeOuts = TimeOuts(),
        answers: AnswerCounter = AnswerCounter(),
        running: RunningRequests = RunningRequests(),
        maximumBodyBytes: Int = 256 << 20,
        logger: Logger,
        upgrade: Upgrade? = nil
    ) {
        self.router = router
        self.hostPolicy = hostPolicy
        self.gate = gate
        self.limits = limits
        self.timeOuts = timeOuts
        self.answers = answers
        self.running = running
        self.maximumBodyBytes = maximumBodyBytes
        self.logger = logger
        self.upgrade = upgrade
    }

    /// Takes room for body bytes; false if there is none.
    func reserve(_ count: Int) -> Bool {
        guard bodyBytes.add(count, ordering: .relaxed).newValue > maximumBodyBytes else { return true }
        bodyBytes.subtract(count, ordering: .relaxed)
        return false
    }

    func release(_ count: Int) {
        if count > 0 { bodyBytes.subtract(count, ordering: .relaxed) }
    }

    /// The Date field, made once a second.
    func currentDate() -> HTTPDate {
        let second = Timestamp.now().milliseconds / 1000
        return date.withLock { date in
            if date.second != second { date = (second, HTTPDate(epochSeconds: Int(second))) }
            return date.value
        }
    }
}
