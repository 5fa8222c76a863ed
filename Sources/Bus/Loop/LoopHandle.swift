internal import CUV

/// What all libuv handles share: memory that outlives `uv_close` and an entry in the loop's table.
///
/// A handle belongs to one loop and is touched on its thread only; it is not Sendable. libuv may call back until the
/// close callback has run, so the memory is freed there and never in `deinit`.
@safe
package class LoopHandle {
    package let loop: EventLoop
    /// The handle's memory, valid until the close callback.
    let memory: UnsafeMutableRawPointer
    package private(set) var isClosing = false

    /// Allocates `kind`; the subclass initialises it with its `uv_*_init` in `start`.
    init(loop: EventLoop, kind: uv_handle_type, start: (UnsafeMutableRawPointer) -> Int32) throws(BusError) {
        self.loop = loop
        unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: uv_handle_size(kind), alignment: 16)
        let status = unsafe start(memory)
        guard status == 0 else {
            // A failed init has registered nothing with the loop.
            unsafe memory.deallocate()
            isClosing = true
            throw BusError(uv: status, doing: "cannot open a handle")
        }
        unsafe base.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        loop.register(self)
    }

    var base: UnsafeMutablePointer<uv_handle_t> {
        unsafe memory.assumingMemoryBound(to: uv_handle_t.self)
    }

    /// Closes the handle; callbacks stop now, the memory goes when libuv says so. Calling it again does nothing.
    package func close() {
        guard !isClosing else { return }
        isClosing = true
        unsafe uv_close(base) { handle in
            guard let data = unsafe handle?.pointee.data else { return }
            let owner = unsafe Unmanaged<LoopHandle>.fromOpaque(data).takeUnretainedValue()
            // The table holds the last reference that libuv relied on.
            owner.loop.unregister(owner)
            unsafe owner.memory.deallocate()
            owner.didClose()
        }
    }

    /// The close callback has run; subclasses tell their owners.
    func didClose() {}
}
