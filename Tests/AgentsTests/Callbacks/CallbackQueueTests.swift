import Storage
import Testing

@testable import Agents

struct CallbackQueueTests {
    private func callback(_ target: UInt64, _ message: UInt64, bytes: Int = 1) -> Callback {
        // The text is a URL.
        // swift-format-ignore: NeverUseForceTry
        let url = try! CallbackURL("http://127.0.0.1:1/")
        return Callback(
            messageID: UUIDv7(high: 0, low: message),
            subscriptionID: id(target),
            agentID: "a",
            url: url,
            body: Array(repeating: 0, count: bytes)
        )
    }

    private func id(_ target: UInt64) -> UUIDv7 { UUIDv7(high: 1, low: target) }

    private func started(_ queue: inout CallbackQueue) -> [UInt64] {
        var started: [UInt64] = []
        while let attempt = queue.next() { started.append(attempt.callback.messageID.low) }
        return started
    }

    @Test func oneOfEachTargetRunsAtATime() {
        var queue = CallbackQueue()
        for (target, message) in [(1, 10), (1, 11), (2, 20)] {
            let isAdded = queue.add(callback(UInt64(target), UInt64(message)))
            #expect(isAdded)
        }
        #expect(started(&queue) == [10, 20])
        #expect(queue.finished(id(1), .delivered) == .goOn)
        #expect(started(&queue) == [11])
        #expect(queue.finished(id(2), .refused("no")) == .goOn)
        #expect(queue.finished(id(1), .delivered) == .goOn)
        #expect(started(&queue) == [])
        #expect(queue.count == 0)
        #expect(queue.counters == CallbackQueue.Counters(delivered: 2, retries: 0, failed: 1, dropped: 0))
    }

    @Test func aFailedOneIsTriedAgainBeforeTheNext() {
        var queue = CallbackQueue(limits: .init(attempts: 3))
        _ = queue.add(callback(1, 10))
        _ = queue.add(callback(1, 11))
        #expect(queue.next()?.number == 1)
        #expect(queue.finished(id(1), .failed("a")) == .rest(attempts: 1))
        #expect(queue.next() == nil)
        queue.rested(id(1))
        #expect(queue.next()?.number == 2)
        #expect(queue.finished(id(1), .failed("b")) == .rest(attempts: 2))
        queue.rested(id(1))
        let last = queue.next()
        #expect(last?.number == 3)
        #expect(last?.callback.messageID.low == 10)
        #expect(queue.finished(id(1), .failed("c")) == .goOn)
        #expect(queue.counters == CallbackQueue.Counters(delivered: 0, retries: 2, failed: 1, dropped: 0))
        // The next one begins anew.
        let next = queue.next()
        #expect(next?.number == 1)
        #expect(next?.callback.messageID.low == 11)
    }

    @Test func runsNoMoreThanItMay() {
        var queue = CallbackQueue(limits: .init(running: 2))
        for target in 1...3 { _ = queue.add(callback(UInt64(target), UInt64(target))) }
        #expect(started(&queue) == [1, 2])
        #expect(queue.finished(id(2), .failed("a")) == .rest(attempts: 1))
        #expect(started(&queue) == [3])
        queue.rested(id(2))
        #expect(started(&queue) == [])
        #expect(queue.finished(id(1), .delivered) == .goOn)
        #expect(started(&queue) == [2])
    }

    @Test(arguments: [
        CallbackQueue.Limits(callbacks: 2), CallbackQueue.Limits(callbacksOfOne: 2), CallbackQueue.Limits(bytes: 20),
    ])
    func dropsWhatIsBeyondTheBounds(limits: CallbackQueue.Limits) {
        var queue = CallbackQueue(limits: limits)
        let added = (0..<3).map { queue.add(callback(1, UInt64($0), bytes: 10)) }
        #expect(added == [true, true, false])
        #expect(queue.counters.dropped == 1)
        #expect(started(&queue) == [0])
        _ = queue.finished(id(1), .delivered)
        // There is room again.
        let isAdded = queue.add(callback(1, 3, bytes: 10))
        #expect(isAdded)
    }

    @Test func forgetsWhatWaitsForASubscriptionThatHasEnded() {
        var queue = CallbackQueue()
        for (target, message) in [(1, 10), (1, 11), (2, 20), (3, 30)] {
            _ = queue.add(callback(UInt64(target), UInt64(message)))
        }
        #expect(queue.next()?.callback.messageID.low == 10)
        queue.forget(id(1))
        queue.forget(id(2))
        queue.forget(id(9))
        #expect(queue.count == 2)
        #expect(started(&queue) == [30])
        #expect(queue.finished(id(1), .delivered) == .goOn)
        #expect(queue.finished(id(3), .delivered) == .goOn)
        #expect(queue.count == 0)
        #expect(started(&queue) == [])
    }

    @Test func forgetsOneThatRests() {
        var queue = CallbackQueue()
        _ = queue.add(callback(1, 10))
        _ = queue.next()
        _ = queue.finished(id(1), .failed("a"))
        queue.forget(id(1))
        queue.rested(id(1))
        #expect(started(&queue) == [])
        #expect(queue.count == 0)
    }
}
