import Testing

@testable import Storage

struct PostgresPoolStateTests {
    @Test func connectionsAreOpenedAsTheyAreNeededUpToTheLimit() {
        var state = PostgresPoolState(limit: 2, waiterLimit: 10)
        #expect(state.requested(1) == .waitAndOpen(1))
        #expect(state.requested(2) == .waitAndOpen(2))
        #expect(state.requested(3) == .wait)
        #expect(state.opened(2) == .lease(2, to: 1))
        #expect(state.opened(1) == .lease(1, to: 2))
        #expect(state.returned(2) == .lease(2, to: 3))
        #expect(state.returned(2) == .keep)
        #expect(state.requested(4) == .lease(2))
    }

    @Test func waitersAreBounded() {
        var state = PostgresPoolState(limit: 1, waiterLimit: 2)
        #expect(state.requested(1) == .waitAndOpen(1))
        #expect(state.requested(2) == .wait)
        #expect(state.requested(3) == .refuse)
        #expect(state.expired(1) == true)
        #expect(state.expired(1) == false)
        #expect(state.requested(4) == .wait)
        #expect(state.opened(1) == .lease(1, to: 2))
    }

    @Test func whatKeepsOneAwayKeepsAllAway() {
        var state = PostgresPoolState(limit: 2, waiterLimit: 10)
        for waiter in 1...3 { _ = state.requested(waiter) }
        #expect(state.openingFailed(1) == [1, 2, 3])
        #expect(state.openingFailed(2) == [])
        #expect(state.count == 0)
        #expect(state.requested(4) == .waitAndOpen(3))
    }

    @Test func aBrokenConnectionIsReplacedForThoseWhoWait() {
        var state = PostgresPoolState(limit: 1, waiterLimit: 10)
        _ = state.requested(1)
        _ = state.opened(1)
        _ = state.requested(2)
        #expect(state.broke(1) == 2)
        #expect(state.opened(2) == .lease(2, to: 2))
        #expect(state.broke(2) == nil)
        #expect(state.count == 0)
    }

    @Test func aConnectionThatNobodyWaitsForAnyMoreIsKept() {
        var state = PostgresPoolState(limit: 1, waiterLimit: 10)
        _ = state.requested(1)
        _ = state.expired(1)
        #expect(state.opened(1) == .keep)
    }

    @Test func whoeverComesWhileItIsAwayIsRefusedUntilItIsBack() {
        var state = PostgresPoolState(limit: 2, waiterLimit: 10, refusesWhenAway: true)
        #expect(state.requested(1) == .waitAndOpen(1))
        #expect(state.expired(1) == true)
        #expect(state.openingFailed(1) == [])
        #expect(state.requested(2) == .refuse)
        #expect(state.reopen() == 2)
        #expect(state.reopen() == nil, "one attempt at a time")
        #expect(state.openingFailed(2) == [])
        #expect(state.reopen() == 3)
        #expect(state.requested(3) == .refuse)
        #expect(state.opened(3) == .keep)
        #expect(state.requested(4) == .lease(3))
        #expect(state.reopen() == nil)
    }

    @Test func anOpeningThatNobodyCouldWaitForCountsAsAway() {
        var state = PostgresPoolState(limit: 2, waiterLimit: 10, refusesWhenAway: true)
        #expect(state.requested(1) == .waitAndOpen(1))
        #expect(state.expired(1) == true)
        #expect(state.requested(2) == .refuse)
        #expect(state.reopen() == nil, "the first attempt goes on")
        #expect(state.opened(1) == .keep)
        #expect(state.requested(3) == .lease(1))
    }

    @Test func aDatabaseThatRefusesConnectionsIsAskedAgainByEachRequest() {
        var state = PostgresPoolState(limit: 2, waiterLimit: 10, refusesWhenAway: true)
        #expect(state.requested(1) == .waitAndOpen(1))
        #expect(state.openingFailed(1) == [1])
        #expect(state.reopen() == nil)
        #expect(state.requested(2) == .waitAndOpen(2))
    }

    @Test func whoWaitsForOtherRequestsOnlyWaits() {
        var state = PostgresPoolState(limit: 1, waiterLimit: 10, refusesWhenAway: true)
        _ = state.requested(1)
        _ = state.opened(1)
        #expect(state.requested(2) == .wait)
        #expect(state.expired(2) == true)
        #expect(state.requested(3) == .wait, "the connection is there, it is only in use")
        #expect(state.broke(1) == 2, "a break may be no more than that")
        #expect(state.requested(4) == .wait)
    }

    @Test func nothingIsHandedOutAfterTheEnd() {
        var state = PostgresPoolState(limit: 2, waiterLimit: 10)
        _ = state.requested(1)
        _ = state.requested(2)
        _ = state.opened(1)
        #expect(state.close() == [2])
        #expect(state.opened(2) == .close(2))
        #expect(state.returned(1) == .close(1))
        #expect(state.requested(3) == .refuse)
        #expect(state.count == 0)
    }
}
