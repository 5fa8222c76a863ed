import Bus
import Testing

@Suite struct RestartBackoffTests {
    @Test func `doubles up to its maximum and starts over after a healthy life`() {
        var backoff = RestartBackoff(first: .seconds(1), maximum: .seconds(10), healthyAfter: .seconds(60))
        let table: [(lifetime: Int, wait: Int)] = [
            (0, 1), (0, 2), (59, 4), (0, 8), (0, 10), (0, 10), (60, 1), (1, 2), (1000, 1), (1000, 1),
        ]
        for (lifetime, wait) in table { #expect(backoff.failed(after: .seconds(lifetime)) == .seconds(wait)) }
    }

    @Test func `a hundred failures don't overflow`() {
        var backoff = RestartBackoff()
        let waits = (0..<100).map { _ in backoff.failed(after: .zero) }
        #expect(waits.first == .milliseconds(100))
        #expect(waits.last == .seconds(30))
        #expect(waits == waits.sorted())
    }
}
