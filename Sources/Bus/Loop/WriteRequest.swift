internal import CUV

/// A write that libuv finishes by itself: the request and a copy of the bytes in one block.
enum WriteRequest {
    /// Starts it; `didWrite` of the stream follows unless the status says that it could not be started. The stream lives
    /// until then: libuv calls back before it closes a handle.
    static func start(
        _ bytes: ArraySlice<UInt8>,
        on handle: UnsafeMutablePointer<uv_stream_t>,
        of stream: TCPStream
    ) -> Int32 {
        let header = unsafe (MemoryLayout<uv_write_t>.size + 15) & ~15
        let block = UnsafeMutableRawPointer.allocate(byteCount: header + bytes.count, alignment: 16)
        let copy = unsafe block + header
        unsafe UnsafeMutableRawBufferPointer(start: copy, count: bytes.count).copyBytes(from: bytes)
        let request = unsafe block.assumingMemoryBound(to: uv_write_t.self)
        unsafe request.pointee.data = Unmanaged.passUnretained(stream).toOpaque()
        var buffer = unsafe uv_buf_t(base: copy.assumingMemoryBound(to: CChar.self), len: bytes.count)
        let status = unsafe uv_write(request, handle, &buffer, 1) { request, status in
            guard let request = unsafe request, let data = unsafe request.pointee.data else { return }
            let stream = unsafe Unmanaged<TCPStream>.fromOpaque(data).takeUnretainedValue()
            unsafe UnsafeMutableRawPointer(request).deallocate()
            stream.didWrite(status)
        }
        if status != 0 { unsafe block.deallocate() }
        return status
    }
}
