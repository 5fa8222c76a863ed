package import Bus

/// Makes ids that grow, from any thread.
package final class UUIDGenerator: Sendable {
    private struct State {
        var last = UUIDv7(high: 0, low: 0)
        var random = RandomWords()
    }

    private let state = Lock(State())

    package init() {}

    /// An id for `timestamp`: 48 bits of milliseconds, a 12-bit counter, 62 random bits (RFC 9562 section 6.2,
    /// method 1). When the clock stands still or goes back, the counter and then the millisecond of the id move on.
    package func next(at timestamp: Timestamp = .now()) -> UUIDv7 {
        state.withLock { state in
            let random = state.random.next() >> 2 | 0x8000_0000_0000_0000
            let fresh = UInt64(clamping: timestamp.milliseconds) << 16 | 0x7000
            let last = state.last.high
            // Adding one to the counter may run into the version bits: then the next millisecond begins.
            let following = last & 0xFFF == 0xFFF ? (last | 0xFFFF) + 1 + 0x7000 : last + 1
            state.last = UUIDv7(high: max(fresh, following), low: random)
            return state.last
        }
    }
}
