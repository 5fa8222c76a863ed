import Bus
import Glibc

/// Rings at points in time, on a thread that sleeps until then: a timer of a loop counts milliseconds.
final class Alarm: Sendable {
    private let loop = EventLoop(name: "alarm")

    init() { loop.start() }

    /// - Parameter time: Nanoseconds of the monotonic clock.
    func ring(at time: UInt64, _ ringing: @escaping @Sendable () -> Void) {
        loop.execute {
            var time = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
            // A signal ends the sleep before its time.
            while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
            ringing()
        }
    }

    /// Returns when it doesn't ring any more; call it once.
    func stop() { loop.stop() }
}
