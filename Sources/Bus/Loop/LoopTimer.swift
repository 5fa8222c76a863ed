internal import CUV

/// A timer of a loop. It keeps itself alive until `close`.
package final class LoopTimer: LoopHandle {
    private let fire: () -> Void

    /// Calls `fire` on the loop; call `schedule` to start it. Make it on the loop's thread.
    package init(on loop: EventLoop, fire: @escaping () -> Void) throws(BusError) {
        self.fire = fire
        try unsafe super.init(loop: loop, kind: UV_TIMER) { memory in
            unsafe uv_timer_init(loop.uv, memory.assumingMemoryBound(to: uv_timer_t.self))
        }
    }

    /// Fires after `milliseconds`, then every `interval` (0: once). Replaces an earlier schedule.
    package func schedule(after milliseconds: UInt64, every interval: UInt64 = 0) {
        guard !isClosing else { return }
        unsafe uv_timer_start(
            memory.assumingMemoryBound(to: uv_timer_t.self),
            { handle in
                guard let data = unsafe handle?.pointee.data else { return }
                let timer = unsafe Unmanaged<LoopTimer>.fromOpaque(data).takeUnretainedValue()
                timer.fire()
            },
            milliseconds,
            interval
        )
    }

    /// Stops it; `schedule` starts it again.
    package func cancel() {
        guard !isClosing else { return }
        unsafe uv_timer_stop(memory.assumingMemoryBound(to: uv_timer_t.self))
    }
}
