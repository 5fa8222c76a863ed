import Glibc

/// The monotonic clock and the processor time of this process, in nanoseconds.
enum Nanoseconds {
    static func now() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// User and system time of all threads of the generator.
    static func processorTime() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
