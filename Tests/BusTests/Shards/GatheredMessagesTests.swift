import Testing

@testable import Bus

@Suite struct GatheredMessagesTests {
    private func numbers(_ action: GatheredMessages.TimerAction) -> [Int]? {
        guard case .publishAndRestartTimer(let messages) = action else { return nil }
        return messages.map(\.number)
    }

    @Test func `the first goes at once, a swarm together, in order`() {
        var gathered = GatheredMessages()
        #expect(gathered.add(Message(1)) == .publishAndStartTimer)
        #expect(gathered.add(Message(2)) == .wait)
        #expect(gathered.add(Message(3)) == .wait)
        #expect(numbers(gathered.timerFired()) == [2, 3])
        #expect(gathered.add(Message(4)) == .wait, "the timer runs again")
        #expect(numbers(gathered.timerFired()) == [4])
        #expect(numbers(gathered.timerFired()) == nil)
        #expect(gathered.add(Message(5)) == .publishAndStartTimer)
    }
}
