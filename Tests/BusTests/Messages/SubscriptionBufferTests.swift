import Testing

@testable import Bus

@Suite struct SubscriptionBufferTests {
    private func rest(_ buffer: inout SubscriptionBuffer<Int>) -> [Int] {
        var rest: [Int] = []
        while case .element(let element) = buffer.next() { rest.append(element) }
        return rest
    }

    @Test(
        arguments: [
            (.dropOldest, [.queued, .queued, .dropped, .dropped], [3, 4]),
            (.dropNewest, [.queued, .queued, .dropped, .dropped], [1, 2]),
            (.fail, [.queued, .queued, .failed(resume: false), .ignored], [1, 2]),
        ] as [(OverflowPolicy, [SubscriptionBuffer<Int>.PushAction], [Int])]
    )
    func `keeps its bound`(policy: OverflowPolicy, actions: [SubscriptionBuffer<Int>.PushAction], left: [Int]) {
        var buffer = SubscriptionBuffer<Int>(bound: 2, policy: policy)
        #expect((1...4).map { buffer.push($0) } == actions)
        #expect(rest(&buffer) == left)
        switch (policy, buffer.next()) {
        case (.fail, .failed), (.dropOldest, .wait), (.dropNewest, .wait): break
        default: Issue.record("the end is wrong")
        }
    }

    @Test func `wakes a consumer once`() {
        var buffer = SubscriptionBuffer<Int>(bound: 2, policy: .fail)
        #expect(buffer.wait() == true)
        #expect(buffer.push(1) == .resume)
        #expect(buffer.push(2) == .queued)
        #expect(buffer.wait() == false, "something came since")
        #expect(rest(&buffer) == [1, 2])
    }

    @Test func `ends after what waits`() {
        var buffer = SubscriptionBuffer<Int>(bound: 2, policy: .dropOldest)
        #expect(buffer.push(1) == .queued)
        #expect(buffer.finish() == false)
        #expect(buffer.push(2) == .ignored)
        #expect(buffer.wait() == false)
        #expect(rest(&buffer) == [1])
        guard case .finished = buffer.next() else {
            Issue.record("it is not finished")
            return
        }
    }

    @Test func `the end wakes a consumer`() {
        var buffer = SubscriptionBuffer<Int>(bound: 1, policy: .dropOldest)
        #expect(buffer.wait() == true)
        #expect(buffer.finish() == true)
        #expect(buffer.finish() == false)
        #expect(buffer.wait() == false)
    }
}
