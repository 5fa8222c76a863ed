import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(2))) struct SubscriptionTests {
    private let left = Watched(0)

    private func subscription(bound: Int = 10, policy: OverflowPolicy = .dropOldest) -> Subscription {
        Subscription(bound: bound, policy: policy) { [left] in left.update { $0 += 1 } }
    }

    @Test func `gives what was pushed, then ends`() async throws {
        let subscription = subscription()
        for number in 1...3 { #expect(subscription.push(Message(number))) }
        subscription.cancel()
        #expect(subscription.push(Message(4)), "ignored, not dropped")
        var numbers: [Int] = []
        for try await message in subscription { numbers.append(message.number) }
        #expect(numbers == [1, 2, 3])
        #expect(left.value >= 1)
    }

    @Test func `throws when it was full`() async throws {
        let subscription = subscription(bound: 2, policy: .fail)
        #expect([1, 2, 3, 4].map { subscription.push(Message($0)) } == [true, true, false, true])
        var iterator = subscription.makeAsyncIterator()
        #expect(try await iterator.next()?.number == 1)
        #expect(try await iterator.next()?.number == 2)
        await #expect(throws: BusError.self) { try await iterator.next() }
    }

    @Test func `ends when its consumer's task is cancelled`() async throws {
        let subscription = subscription()
        let task = Task {
            var numbers: [Int] = []
            for try await message in subscription { numbers.append(message.number) }
            return numbers
        }
        #expect(subscription.push(Message(1)))
        task.cancel()
        #expect(try await task.value.count <= 1)
        await left.wait { $0 > 0 }
    }

    @Test func `leaves when nobody holds it`() async {
        do { _ = subscription() }
        await left.wait { $0 == 1 }
    }

    @Test(arguments: 0..<20)
    func `loses nothing of many producers`(round: Int) async throws {
        let subscription = subscription(bound: 4000, policy: .fail)
        async let received = {
            var numbers: [Int] = []
            for try await message in subscription { numbers.append(message.number) }
            return numbers
        }()
        await withTaskGroup { group in
            for producer in 0..<4 {
                group.addTask {
                    for number in 0..<500 { _ = subscription.push(Message(producer * 1000 + number)) }
                }
            }
        }
        subscription.cancel()
        let numbers = try await received
        #expect(numbers.count == 2000)
        for producer in 0..<4 {
            let own = numbers.filter { $0 / 1000 == producer }
            #expect(own == own.sorted(), "each producer's order is kept")
        }
    }
}
