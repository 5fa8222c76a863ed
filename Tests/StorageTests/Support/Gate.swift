import Bus
import Foundation

/// Holds the thread that arrives until the test opens it, so that a test decides what waits meanwhile.
final class Gate: Sendable {
    private let arrived = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)
    private let isArmed = Lock(true)

    /// Called by the thread to hold; only the first call waits.
    func pass() {
        let mustWait = isArmed.withLock { isArmed in
            defer { isArmed = false }
            return isArmed
        }
        guard mustWait else { return }
        arrived.signal()
        opened.wait()
    }

    /// Returns when the thread is held.
    func waitForArrival() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.arrived.wait()
                continuation.resume()
            }
        }
    }

    func open() { opened.signal() }
}
