import HTTPTypes
import Testing

@testable import Gateway

@Suite struct WebSocketInboxTests {
    @Test func pausesAtItsBoundAndResumesWhenTaken() {
        var inbox = WebSocketInbox(bound: 2)
        #expect(inbox.push("a") == .queued)
        #expect(inbox.push("b") == .pauseReading)
        #expect(inbox.push("c") == .pauseReading)
        #expect(inbox.take() == .messages(["a", "b", "c"], resumeReading: true))
        #expect(inbox.push("d") == .queued)
        #expect(inbox.take() == .messages(["d"], resumeReading: false))
        #expect(inbox.take() == .wait)
    }

    @Test func resumesAWaitingConsumerOnce() {
        var inbox = WebSocketInbox(bound: 2)
        #expect(inbox.wait() == true)
        #expect(inbox.push("a") == .resumeConsumer)
        #expect(inbox.push("b") == .pauseReading)
        #expect(inbox.wait() == false)
    }

    @Test func givesWhatWaitsBeforeItsEnd() {
        let error = GatewayError(.badGateway, "lost")
        var inbox = WebSocketInbox(bound: 2)
        #expect(inbox.push("a") == .queued)
        #expect(inbox.finish(error) == false)
        #expect(inbox.finish(nil) == false)
        #expect(inbox.push("b") == .ignored)
        #expect(inbox.take() == .messages(["a"], resumeReading: false))
        #expect(inbox.take() == .failed(error))
        #expect(inbox.wait() == false)
    }

    @Test func endsAWait() {
        var inbox = WebSocketInbox(bound: 2)
        #expect(inbox.wait() == true)
        #expect(inbox.finish(nil) == true)
        #expect(inbox.take() == .finished)
        #expect(inbox.finish(nil) == false)
    }
}
