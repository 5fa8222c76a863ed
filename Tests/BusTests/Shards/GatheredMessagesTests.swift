import Testing

@testable import Bus

@Suite struct GatheredMessagesTests {
    /// What `add` said, in a word.
    private func word(_ action: GatheredMessages.AddAction) -> String {
        switch action {
        case .publishAndStartTimer: "start"
        case .wait: "wait"
        case .publish(let messages): "publish \(messages.count)"
        }
    }

    private func numbers(_ action: GatheredMessages.TimerAction) -> [Int]? {
        guard case .publishAndRestartTimer(let messages) = action else { return nil }
        return messages.map(\.number)
    }

    @Test func `the first goes at once, a swarm together, in order`() {
        var gathered = GatheredMessages()
        #expect(word(gathered.add(Message(1))) == "start")
        #expect(word(gathered.add(Message(2))) == "wait")
        #expect(word(gathered.add(Message(3))) == "wait")
        #expect(numbers(gathered.timerFired()) == [2, 3])
        #expect(word(gathered.add(Message(4))) == "wait", "the timer runs again")
        #expect(numbers(gathered.timerFired()) == [4])
        #expect(numbers(gathered.timerFired()) == nil)
        #expect(word(gathered.add(Message(5))) == "start")
    }

    @Test func `a swarm beyond the limit goes at once`() {
        var gathered = GatheredMessages()
        #expect(word(gathered.add(Message(0))) == "start")
        for number in 1..<GatheredMessages.limit { #expect(word(gathered.add(Message(number))) == "wait") }
        #expect(word(gathered.add(Message(1))) == "publish \(GatheredMessages.limit)")
        #expect(word(gathered.add(Message(2))) == "wait")
        #expect(numbers(gathered.timerFired()) == [2])
    }
}
