import Testing

@testable import Storage

struct BatchWriterStateTests {
    @Test func aTrickleIsGathered() {
        var state = BatchWriterState()
        #expect(state.recordsArrived(backlog: 1) == .gather(milliseconds: BatchWriterState.idleGatheringMilliseconds))
        #expect(state.recordsArrived(backlog: 2) == .nothing)
        #expect(state.gatheringEnded() == .write)
        #expect(state.batchWritten(backlog: 0, isAwaited: false) == .nothing)
        #expect(state.phase == .idle)
    }

    @Test func enoughRecordsEndTheGathering() {
        var state = BatchWriterState()
        _ = state.recordsArrived(backlog: 1)
        #expect(state.recordsArrived(backlog: BatchWriterState.enough) == .write)
        #expect(state.gatheringEnded() == .nothing, "a timer that fires late starts no second batch")
    }

    @Test func aBacklogIsWrittenWithoutPause() {
        var state = BatchWriterState()
        #expect(state.recordsArrived(backlog: 9000) == .write)
        #expect(state.recordsArrived(backlog: 9500) == .nothing)
        #expect(state.batchWritten(backlog: 4500, isAwaited: false) == .write)
        #expect(state.batchWritten(backlog: 3, isAwaited: false) == .gather(milliseconds: 50))
    }

    @Test func aReaderEndsTheGathering() {
        var state = BatchWriterState()
        _ = state.recordsArrived(backlog: 1)
        #expect(state.flushRequested() == .write)
        #expect(state.flushRequested() == .nothing)
        #expect(state.batchWritten(backlog: 1, isAwaited: true) == .write)
    }

    @Test func failuresBackOffWithACapAndReset() {
        var state = BatchWriterState()
        _ = state.flushRequested()
        var longest: [UInt64] = []
        for _ in 0..<12 {
            guard case .backOff(let milliseconds) = state.batchFailed(random: 0.999_999) else {
                Issue.record("no back-off")
                return
            }
            longest.append(milliseconds)
            #expect(state.recordsArrived(backlog: 9000) == .nothing)
            #expect(state.flushRequested() == .nothing)
            #expect(state.backOffEnded() == .write)
        }
        #expect(longest == [49, 99, 199, 399, 799, 1599, 3199, 4999, 4999, 4999, 4999, 4999])
        _ = state.batchWritten(backlog: 0, isAwaited: false)
        _ = state.flushRequested()
        #expect(state.batchFailed(random: 0) == .backOff(milliseconds: 25))
    }

    @Test func nothingHappensAfterStop() {
        var state = BatchWriterState()
        _ = state.flushRequested()
        state.stop()
        #expect(state.batchWritten(backlog: 10, isAwaited: true) == .nothing)
        #expect(state.batchFailed(random: 0) == .nothing)
        #expect(state.recordsArrived(backlog: 9000) == .nothing)
        #expect(state.flushRequested() == .nothing)
        #expect(state.gatheringEnded() == .nothing)
        #expect(state.backOffEnded() == .nothing)
    }
}
