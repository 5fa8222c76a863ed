internal import Bus

/// The life of one connection, as a value without a socket or a clock.
struct ConnectionPhases: Equatable {
    enum Phase: Equatable {
        /// The addresses of the hosts are looked up.
        case lookingUp
        /// libpq tries the addresses from `first` on and is at `current` now.
        case connecting(first: Int, current: Int)
        case idle
        /// The server works for us.
        case exchanging
        case closed
    }

    /// What libpq waits for while it connects.
    enum Poll: Equatable {
        case reading
        case writing
        case connected
        case failed
    }

    private(set) var phase = Phase.lookingUp
    private var candidates = 0

    /// What to do next.
    enum Step: Equatable {
        case nothing
        /// Let libpq try the addresses from this one on; start the timer.
        case connect(first: Int)
        /// Call libpq again when the socket is ready; start the timer anew if another address is tried now.
        case wait(DescriptorWatcher.Readiness, isNewAddress: Bool)
        /// The connection is there; stop the timer.
        case opened
        /// Give up: close the connection and fail whoever waits for it.
        case fail
    }

    /// All names have an answer; there are `count` addresses to try.
    mutating func lookedUp(candidates count: Int) -> Step {
        guard phase == .lookingUp else { return .nothing }
        candidates = count
        guard count > 0 else { return close() }
        phase = .connecting(first: 0, current: 0)
        return .connect(first: 0)
    }

    /// libpq was called; `current` is the address it is at, nil if that is unknown.
    mutating func polled(_ poll: Poll, at current: Int?) -> Step {
        guard case .connecting(let first, let previous) = phase else { return .nothing }
        let current = current ?? previous
        phase = .connecting(first: first, current: current)
        switch poll {
        case .reading: return .wait(.readable, isNewAddress: current != previous)
        case .writing: return .wait(.writable, isNewAddress: current != previous)
        case .connected:
            phase = .idle
            return .opened
        // It has tried all addresses.
        case .failed: return close()
        }
    }

    /// The timer ran out: an address didn't answer, or the server said nothing for too long.
    mutating func timedOut() -> Step {
        switch phase {
        case .connecting(_, let current) where current + 1 < candidates:
            // libpq can't be told to leave an address, so it begins again behind it.
            phase = .connecting(first: current + 1, current: current + 1)
            return .connect(first: current + 1)
        case .lookingUp, .connecting, .exchanging: return close()
        case .idle, .closed: return .nothing
        }
    }

    /// True if an exchange may begin now.
    mutating func exchangeBegan() -> Bool {
        guard phase == .idle else { return false }
        phase = .exchanging
        return true
    }

    /// The server has answered everything.
    mutating func exchangeEnded() {
        if phase == .exchanging { phase = .idle }
    }

    /// The connection broke, or its owner doesn't need it any more.
    mutating func ended() -> Step {
        phase == .closed ? .nothing : close()
    }

    private mutating func close() -> Step {
        phase = .closed
        return .fail
    }
}
