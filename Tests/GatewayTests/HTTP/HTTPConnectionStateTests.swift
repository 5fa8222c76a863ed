import Testing

@testable import Gateway

struct HTTPConnectionStateTests {
    private func serving(complete: Bool) -> HTTPConnectionState {
        var state = HTTPConnectionState()
        state.headBegan()
        state.headReceived()
        if complete { state.requestEnded() }
        return state
    }

    @Test func servesOneRequestAfterTheOther() {
        var state = HTTPConnectionState()
        for _ in 0..<3 {
            #expect(state.timer == .keepAlive && state.mayParse)
            state.headBegan()
            #expect(state.timer == .head && state.mayParse)
            state.headReceived()
            #expect(state.timer == .body && state.mayParse)
            state.requestEnded()
            #expect(state.timer == nil && !state.mayParse && state.mayKeepAlive)
            #expect(state.answered(keepAlive: true) == .parseNext)
        }
    }

    @Test func closesAfterAnAnswerThatPromisedIt() {
        var state = serving(complete: true)
        #expect(state.answered(keepAlive: false) == .close)
        #expect(state.timer == nil && !state.mayParse)
    }

    @Test func closesAfterAnAnswerThatDidNotWaitForTheBody() {
        var state = serving(complete: false)
        #expect(!state.mayKeepAlive)
        #expect(state.answered(keepAlive: true) == .close)
    }

    @Test func timesOut() {
        var idle = HTTPConnectionState()
        #expect(idle.timedOut() == .close)
        #expect(idle.timedOut() == .none)
        var head = HTTPConnectionState()
        head.headBegan()
        #expect(head.timedOut() == .answerTimeout)
        var body = serving(complete: false)
        #expect(body.timedOut() == .answerTimeout)
        #expect(body.timedOut() == .none)
        var working = serving(complete: true)
        #expect(working.timedOut() == .none)
        #expect(working.answered(keepAlive: true) == .parseNext)
    }

    @Test func answersCompleteRequestsOfAPeerThatStoppedSending() {
        var state = serving(complete: true)
        state.peerClosed()
        #expect(state.inputUsedUp() == .none)
        #expect(state.answered(keepAlive: true) == .parseNext)
        #expect(state.inputUsedUp() == .close)
        #expect(!state.mayParse)
        var incomplete = serving(complete: false)
        incomplete.peerClosed()
        #expect(incomplete.inputUsedUp() == .close)
        var idle = HTTPConnectionState()
        idle.peerClosed()
        #expect(idle.inputUsedUp() == .close)
        #expect(idle.inputUsedUp() == .none)
    }

    @Test func parsesNothingAfterItsEnd() {
        var state = HTTPConnectionState()
        state.headReceived()
        state.ended()
        #expect(!state.mayParse)
        #expect(state.timer == nil)
    }

    @Test func drains() {
        var idle = HTTPConnectionState()
        #expect(idle.drain() == .close)
        var begun = HTTPConnectionState()
        begun.headBegan()
        #expect(begun.drain() == .none)
        begun.headReceived()
        begun.requestEnded()
        #expect(!begun.mayKeepAlive)
        #expect(begun.answered(keepAlive: true) == .close)
        #expect(begun.drain() == .none)
    }
}
