import Gateway
import Testing

@Suite struct WebSocketConnectionStateTests {
    @Test func serverAnswersAGoodbyeAndClosesTheTransport() {
        var state = WebSocketConnectionState(role: .server)
        #expect(state.receivedClose(.normal) == .answerAndClose(.normal))
        #expect(state.phase == .closingReceived && !state.isOpen)
        #expect(state.receivedClose(.normal) == .nothing)
        #expect(state.sendClose(.goingAway) == .nothing)
        #expect(state.peerClosed() == .closeTransport)
        #expect(state.phase == .closed)
        #expect(state.peerClosed() == .nothing)
    }

    @Test func clientAnswersAndWaitsForTheServer() {
        var state = WebSocketConnectionState(role: .client)
        #expect(state.receivedClose(nil) == .answer(nil))
        #expect(state.closeTimedOut() == .closeTransport)
        #expect(state.closeTimedOut() == .nothing)
    }

    @Test(arguments: [WebSocketRole.server, .client]) func ourGoodbyeIsSentOnce(_ role: WebSocketRole) {
        var state = WebSocketConnectionState(role: role)
        #expect(state.closeTimedOut() == .nothing)
        #expect(state.sendClose(.slowConsumer) == .send(.slowConsumer))
        #expect(state.sendClose(.goingAway) == .nothing)
        #expect(state.phase == .closingSent)
        #expect(state.receivedClose(.normal) == (role == .server ? .closeTransport : .wait))
        #expect(state.closeTimedOut() == (role == .server ? .nothing : .closeTransport))
    }

    @Test func anUnansweredGoodbyeTimesOut() {
        var state = WebSocketConnectionState(role: .server)
        #expect(state.sendClose(.goingAway) == .send(.goingAway))
        #expect(state.closeTimedOut() == .closeTransport)
        #expect(state.receivedClose(.normal) == .nothing)
    }

    @Test func aFailureIsToldOnlyIfNothingWasSaidBefore() {
        var open = WebSocketConnectionState(role: .server)
        #expect(open.failed(.protocolError) == .sendAndClose(.protocolError))
        #expect(open.sendClose(.goingAway) == .nothing)
        #expect(open.closeTimedOut() == .closeTransport)
        #expect(open.failed(.protocolError) == .nothing)
        var closing = WebSocketConnectionState(role: .server)
        #expect(closing.sendClose(.goingAway) == .send(.goingAway))
        #expect(closing.failed(.invalidPayload) == .closeTransport)
        #expect(closing.phase == .closed)
    }

    @Test func aVanishedPeerNeedsNoGoodbye() {
        var state = WebSocketConnectionState(role: .client)
        #expect(state.peerClosed() == .closeTransport)
        #expect(state.sendClose(.normal) == .nothing)
        #expect(state.failed(.protocolError) == .nothing)
    }
}
