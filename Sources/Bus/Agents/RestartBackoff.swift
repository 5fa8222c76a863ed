/// How long to wait before a failed agent is started again: a state machine over time that is passed in.
package struct RestartBackoff: Sendable {
    private let first: Duration
    private let maximum: Duration
    private let healthyAfter: Duration
    private var failures = 0

    /// Waits `first`, doubles up to `maximum`, and starts over when an instance has lived for `healthyAfter`.
    package init(
        first: Duration = .milliseconds(100),
        maximum: Duration = .seconds(30),
        healthyAfter: Duration = .seconds(60)
    ) {
        self.first = first
        self.maximum = maximum
        self.healthyAfter = healthyAfter
    }

    /// An instance failed after it had lived for `lifetime`; returns the wait before the next one.
    package mutating func failed(after lifetime: Duration) -> Duration {
        if lifetime >= healthyAfter { failures = 0 }
        // 2^20 times any sensible first wait is beyond every maximum, so the shift can't overflow.
        let wait = first * (1 << min(failures, 20))
        failures += 1
        return min(wait, maximum)
    }
}
