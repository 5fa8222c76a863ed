/// When a loop hands its changes to the disk: soon after the first one, at once when somebody waits for the disk, one
/// batch at a time, and with pauses in proportion to what a batch took.
///
/// The pauses are what makes histories cheap: of a channel with many messages, most are pushed out by newer ones before
/// they would be written.
struct WritePace {
    private enum State { case idle, resting, writing }

    private var state = State.idle
    private var hasMore = false
    private var isUrgent = false
    private var rest = WritePace.shortestRest

    /// Milliseconds between the first change and its batch, at least.
    static let shortestRest: UInt64 = 50
    /// So many times as long as a batch took nothing is written afterwards, within bounds.
    static let restPerWrite: UInt64 = 400
    static let longestRest: UInt64 = 1000

    enum Action: Equatable {
        case schedule(after: UInt64)
        case nothing
    }

    /// Something has changed; `isUrgent` if somebody waits for it to be on the disk.
    mutating func changed(isUrgent urgent: Bool) -> Action {
        hasMore = true
        let wasUrgent = isUrgent
        isUrgent = isUrgent || urgent
        switch state {
        case .idle:
            state = .resting
            return .schedule(after: isUrgent ? 0 : rest)
        case .resting: return isUrgent && !wasUrgent ? .schedule(after: 0) : .nothing
        case .writing: return .nothing
        }
    }

    /// The time has come: true if there is something to write.
    mutating func timerFired() -> Bool {
        guard state == .resting else { return false }
        state = hasMore ? .writing : .idle
        hasMore = false
        isUrgent = false
        return state == .writing
    }

    /// The batch has been written, or could not be.
    mutating func written(milliseconds: UInt64) -> Action {
        rest = min(max(WritePace.shortestRest, WritePace.restPerWrite * milliseconds), WritePace.longestRest)
        state = hasMore ? .resting : .idle
        return hasMore ? .schedule(after: isUrgent ? 0 : rest) : .nothing
    }
}
