internal import CUV
internal import Glibc

/// A value guarded by a pthread mutex.
///
/// The only lock of this project: ThreadSanitizer understands pthread mutexes, while it reports races that do not
/// exist for `Synchronization.Mutex` on Linux. Bodies must be short and must not call out to other locks.
@safe
package final class Lock<State>: @unchecked Sendable {
    // Sendable although it holds mutable state: `state` is touched only between lock and unlock of `mutex`.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    /// Guards `state`.
    package init(_ state: sending State) {
        unsafe self.mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        unsafe self.mutex.initialize(to: pthread_mutex_t())
        self.state = state
        let code = unsafe pthread_mutex_init(mutex, nil)
        precondition(code == 0, "pthread_mutex_init failed with \(code)")
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs `body` with exclusive access to the state.
    package func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}
