internal import Bus
internal import HTTPTypes

/// Answered requests by class of status, over all ports that share it.
package final class AnswerCounter: Sendable {
    private let counts = Lock([Int](repeating: 0, count: 6))

    package init() {}

    /// By the first digit of their status: index 2 for 2xx and so on.
    package var byClass: [Int] { counts.withLock { $0 } }

    func count(_ status: HTTPResponse.Status) {
        counts.withLock { $0[min(max(status.code / 100, 0), 5)] += 1 }
    }
}
