internal import CUV

/// Tells when a file descriptor that another library owns is ready, for example the socket of a database connection.
package final class DescriptorWatcher: LoopHandle {
    /// What is waited for, and what is ready.
    package struct Readiness: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }
        /// Reading would not block, or the peer has closed.
        package static let readable = Readiness(rawValue: Int32(UV_READABLE.rawValue))
        /// Writing would not block.
        package static let writable = Readiness(rawValue: Int32(UV_WRITABLE.rawValue))
    }

    private let ready: (Result<Readiness, BusError>) -> Void

    /// Watches `descriptor`, which must stay open until this is closed. Make it on the loop's thread.
    package init(
        _ descriptor: Int32,
        on loop: EventLoop,
        ready: @escaping (Result<Readiness, BusError>) -> Void
    ) throws(BusError) {
        self.ready = ready
        try unsafe super.init(loop: loop, kind: UV_POLL) { memory in
            unsafe uv_poll_init(loop.uv, memory.assumingMemoryBound(to: uv_poll_t.self), descriptor)
        }
    }

    /// Waits for `readiness` until told otherwise; an empty set stops waiting.
    package func wait(for readiness: Readiness) {
        guard !isClosing else { return }
        let poll = unsafe memory.assumingMemoryBound(to: uv_poll_t.self)
        guard !readiness.isEmpty else {
            unsafe uv_poll_stop(poll)
            return
        }
        unsafe uv_poll_start(poll, readiness.rawValue) { handle, status, events in
            guard let data = unsafe handle?.pointee.data else { return }
            let watcher = unsafe Unmanaged<DescriptorWatcher>.fromOpaque(data).takeUnretainedValue()
            watcher.ready(
                status == 0
                    ? .success(Readiness(rawValue: events))
                    : .failure(BusError(uv: status, doing: "cannot watch a descriptor"))
            )
        }
    }
}
