import Bus
import Testing

@testable import Storage

struct ConnectionPhasesTests {
    private func connected() -> ConnectionPhases {
        var phases = ConnectionPhases()
        _ = phases.lookedUp(candidates: 1)
        _ = phases.polled(.connected, at: 0)
        return phases
    }

    @Test func anAddressIsTriedUntilItAnswers() {
        var phases = ConnectionPhases()
        #expect(phases.lookedUp(candidates: 2) == .connect(first: 0))
        #expect(phases.polled(.writing, at: 0) == .wait(.writable, isNewAddress: false))
        #expect(phases.polled(.reading, at: 0) == .wait(.readable, isNewAddress: false))
        #expect(phases.polled(.writing, at: 1) == .wait(.writable, isNewAddress: true))
        #expect(phases.polled(.reading, at: nil) == .wait(.readable, isNewAddress: false))
        #expect(phases.polled(.connected, at: 1) == .opened)
        #expect(phases.phase == .idle)
    }

    @Test func nameWithoutAddressFails() {
        var phases = ConnectionPhases()
        #expect(phases.lookedUp(candidates: 0) == .fail)
        #expect(phases.lookedUp(candidates: 1) == .nothing)
    }

    @Test func aSilentAddressIsLeftForTheNext() {
        var phases = ConnectionPhases()
        _ = phases.lookedUp(candidates: 3)
        _ = phases.polled(.writing, at: 1)
        #expect(phases.timedOut() == .connect(first: 2))
        #expect(phases.timedOut() == .fail)
        #expect(phases.polled(.connected, at: 2) == .nothing, "an answer that comes too late opens nothing")
    }

    @Test func refusedByAllIsTheEnd() {
        var phases = ConnectionPhases()
        _ = phases.lookedUp(candidates: 2)
        #expect(phases.polled(.failed, at: 1) == .fail)
        #expect(phases.phase == .closed)
    }

    @Test func oneExchangeAtATime() {
        var phases = connected()
        #expect(phases.exchangeBegan() == true)
        #expect(phases.exchangeBegan() == false)
        phases.exchangeEnded()
        #expect(phases.exchangeBegan() == true)
        #expect(phases.timedOut() == .fail)
        #expect(phases.exchangeBegan() == false)
    }

    @Test func theTimerMeansNothingToAnIdleConnection() {
        var phases = connected()
        #expect(phases.timedOut() == .nothing)
        #expect(phases.ended() == .fail)
        #expect(phases.ended() == .nothing)
        phases.exchangeEnded()
        #expect(phases.phase == .closed)
    }
}
