/// When the batch writer writes, as a value without a clock or a database.
///
/// The rule: after the first record it gathers for 1 ms, so that a trickle costs few transactions and nobody waits
/// long for the dashboard to show it. When records came while a batch was written, there is traffic, and it gathers for
/// 50 ms: each transaction costs a flush of the disk and touches each score once, however many records it holds. A
/// thousand records, or somebody who wants to read his own writes, end the gathering at once. While a thousand or more
/// wait, batches follow each other without a pause and hold as many as the store takes at once. After a failure it backs
/// off, from 50 ms doubling to 5 s, each time by a random part of that, so that many writers don't return to a database
/// at the same moment.
struct BatchWriterState: Equatable, Sendable {
    /// What it is doing.
    enum Phase: Equatable, Sendable {
        case idle
        case gathering
        case writing
        /// How many attempts failed in a row.
        case backingOff(failures: Int)
        case stopped
    }

    /// Milliseconds to wait for company of the first record.
    static let idleGatheringMilliseconds: UInt64 = 1
    /// Milliseconds to wait after a batch during which records came.
    static let busyGatheringMilliseconds: UInt64 = 50
    /// Records that end the gathering.
    static let enough = 1000
    static let firstBackOffMilliseconds = 50.0
    static let longestBackOffMilliseconds = 5000.0

    private(set) var phase = Phase.idle
    private var failures = 0

    /// What to do next.
    enum Step: Equatable, Sendable {
        case nothing
        /// Start the timer that leads to `gatheringEnded`.
        case gather(milliseconds: UInt64)
        /// Write a batch; stops the timer.
        case write
        /// Start the timer that leads to `backOffEnded`.
        case backOff(milliseconds: UInt64)
    }

    /// The journal has committed records; `backlog` of them are behind the mark.
    mutating func recordsArrived(backlog: Int) -> Step {
        switch phase {
        case .idle where backlog > 0:
            return gatherOrWrite(backlog: backlog, milliseconds: Self.idleGatheringMilliseconds)
        case .gathering where backlog >= Self.enough: return write()
        default: return .nothing
        }
    }

    /// The timer of `gather` ran out.
    mutating func gatheringEnded() -> Step {
        phase == .gathering ? write() : .nothing
    }

    /// Somebody waits for the store to hold records that it doesn't hold yet.
    mutating func flushRequested() -> Step {
        switch phase {
        case .idle, .gathering: write()
        // A batch under way looks for waiting readers when it ends; a store that is away isn't asked more often.
        case .writing, .backingOff, .stopped: .nothing
        }
    }

    /// The store holds another batch; `backlog` records are left, and maybe somebody waits for them.
    mutating func batchWritten(backlog: Int, isAwaited: Bool) -> Step {
        guard phase == .writing else { return .nothing }
        failures = 0
        phase = .idle
        if backlog > 0 && isAwaited { return write() }
        guard backlog > 0 else { return .nothing }
        return gatherOrWrite(backlog: backlog, milliseconds: Self.busyGatheringMilliseconds)
    }

    /// The store didn't take the batch. `random` is in 0..<1.
    mutating func batchFailed(random: Double) -> Step {
        guard phase == .writing else { return .nothing }
        failures += 1
        phase = .backingOff(failures: failures)
        let longest = Self.firstBackOffMilliseconds * Double(1 << min(failures - 1, 10))
        let capped = min(longest, Self.longestBackOffMilliseconds)
        return .backOff(milliseconds: UInt64(capped / 2 + capped / 2 * random))
    }

    /// The timer of `backOff` ran out.
    mutating func backOffEnded() -> Step {
        guard case .backingOff = phase else { return .nothing }
        return write()
    }

    /// No step follows any more.
    mutating func stop() {
        phase = .stopped
    }

    private mutating func gatherOrWrite(backlog: Int, milliseconds: UInt64) -> Step {
        if backlog >= Self.enough { return write() }
        phase = .gathering
        return .gather(milliseconds: milliseconds)
    }

    private mutating func write() -> Step {
        phase = .writing
        return .write
    }
}
