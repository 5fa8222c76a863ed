import Testing

@testable import Bus

struct WritePaceTests {
    @Test func `the first change waits a little, later ones with it`() {
        var pace = WritePace()
        #expect(pace.changed(isUrgent: false) == .schedule(after: WritePace.shortestRest))
        #expect(pace.changed(isUrgent: false) == .nothing)
        #expect(pace.timerFired() == true)
        #expect(pace.timerFired() == false, "one batch at a time")
        #expect(pace.written(milliseconds: 0) == .nothing)
        #expect(pace.changed(isUrgent: false) == .schedule(after: WritePace.shortestRest))
    }

    @Test func `who waits for the disk does not wait for the pause`() {
        var pace = WritePace()
        _ = pace.changed(isUrgent: false)
        #expect(pace.changed(isUrgent: true) == .schedule(after: 0))
        #expect(pace.changed(isUrgent: true) == .nothing)
        #expect(pace.timerFired() == true)
        #expect(pace.changed(isUrgent: true) == .nothing, "a batch is on its way")
        #expect(pace.written(milliseconds: 10) == .schedule(after: 0))
        #expect(pace.timerFired() == true)
    }

    @Test func `pauses in proportion to what a batch took`() {
        var pace = WritePace()
        _ = pace.changed(isUrgent: false)
        _ = pace.timerFired()
        _ = pace.changed(isUrgent: false)
        #expect(pace.written(milliseconds: 2) == .schedule(after: 2 * WritePace.restPerWrite))
        _ = pace.timerFired()
        _ = pace.changed(isUrgent: false)
        #expect(pace.written(milliseconds: 1 << 40) == .schedule(after: WritePace.longestRest))
    }
}
