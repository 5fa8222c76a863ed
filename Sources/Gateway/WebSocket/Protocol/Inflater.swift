import CZlib

/// Undoes the compression of one connection's incoming messages (RFC 7692 section 7.2.2), never producing more than it is
/// allowed to. Its zlib state (7 KiB and the window) exists only from the first compressed message on.
@safe
package struct Inflater: ~Copyable, Sendable {
    /// On the heap because zlib keeps a pointer back to it; owned by this value alone, which is why it may be sent.
    nonisolated(unsafe) private var stream: UnsafeMutablePointer<z_stream>?
    private let windowBits: Int32
    private let keepsContext: Bool
    /// Whether the message under way has had any input.
    private var hasInput = false

    /// What a call came to. Bytes that were produced before a failure have been appended.
    package enum Outcome: Sendable, Equatable {
        case done
        /// There is more output than allowed.
        case tooBig
        /// The input isn't deflate, or the message stops in the middle of a block.
        case corrupt
        /// zlib got no memory.
        case unavailable
    }

    /// - Parameters:
    ///   - windowBits: 8...15; 8 is read as 9, which can decode whatever a window of 8 can.
    ///   - keepsContext: whether a message may refer to bytes of earlier ones.
    package init(windowBits: Int, keepsContext: Bool) {
        self.windowBits = Int32(max(9, min(15, windowBits)))
        self.keepsContext = keepsContext
    }

    deinit {
        if let stream = unsafe stream { unsafe Self.free(stream) }
    }

    /// Appends what `input`, a piece of the message under way, inflates to, as long as `output` doesn't grow beyond
    /// `limit` bytes.
    package mutating func inflate(_ input: Span<UInt8>, into output: inout [UInt8], limit: Int) -> Outcome {
        guard input.count > 0 else { return .done }
        hasInput = true
        return unsafe input.withUnsafeBufferPointer { unsafe run($0, Z_SYNC_FLUSH, into: &output, limit: limit) }
    }

    /// Ends the message: supplies the four bytes that the sender took off its end.
    ///
    /// A message without any input is empty, although the standard asks for one zero byte: zlib itself produces nothing
    /// when an empty message is flushed right after another flush, so such senders exist.
    package mutating func finish(into output: inout [UInt8], limit: Int) -> Outcome {
        guard hasInput else { return .done }
        hasInput = false
        let tail: InlineArray<4, UInt8> = [0x00, 0x00, 0xFF, 0xFF]
        let outcome = unsafe tail.span.withUnsafeBufferPointer {
            unsafe run($0, Z_BLOCK, into: &output, limit: limit)
        }
        guard outcome == .done, let stream = unsafe stream else { return outcome }
        // 128 and no unused bits: zlib stands exactly behind a block. Anything else means that the tail was swallowed as
        // data, which would damage the next message as well.
        guard unsafe stream.pointee.data_type & 0xFF == 128 else { return .corrupt }
        if !keepsContext { unsafe inflateReset(stream) }
        return .done
    }

    /// Frees the zlib state if no later message can need it. For a connection that falls idle.
    package mutating func releaseIfUnneeded() {
        guard !keepsContext, !hasInput, let held = unsafe stream else { return }
        unsafe Self.free(held)
        unsafe stream = nil
    }

    private mutating func run(
        _ input: UnsafeBufferPointer<UInt8>,
        _ flush: Int32,
        into output: inout [UInt8],
        limit: Int
    ) -> Outcome {
        guard let stream = unsafe opened() else { return .unavailable }
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.pointee.avail_in = UInt32(input.count)
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 << 10) { scratch in
            while true {
                // One byte more than is allowed tells "exactly at the limit" from "beyond it".
                let room = min(scratch.count, limit - output.count + 1)
                unsafe stream.pointee.next_out = scratch.baseAddress
                unsafe stream.pointee.avail_out = UInt32(room)
                let status = unsafe CZlib.inflate(stream, flush)
                let produced = unsafe room - Int(stream.pointee.avail_out)
                let kept = min(produced, limit - output.count)
                unsafe output.append(contentsOf: UnsafeBufferPointer(rebasing: scratch[..<kept]))
                if produced > kept { return .tooBig }
                switch status {
                case Z_OK, Z_BUF_ERROR:
                    // Full output may hide more; otherwise zlib stopped for want of input, or at a block's end.
                    if produced == room { continue }
                    if unsafe stream.pointee.avail_in == 0 || status == Z_BUF_ERROR { return .done }
                case Z_STREAM_END:
                    // A sender may mark a block as its last (RFC 7692 section 7.2.3.4); more blocks may follow it and
                    // refer back, so the window stays.
                    unsafe inflateResetKeep(stream)
                case Z_MEM_ERROR: return .unavailable
                default: return .corrupt
                }
            }
        }
    }

    private mutating func opened() -> UnsafeMutablePointer<z_stream>? {
        if let stream = unsafe stream { return unsafe stream }
        let fresh = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe fresh.initialize(to: z_stream())
        guard unsafe dcm_inflateInit2(fresh, -windowBits) == Z_OK else {
            unsafe fresh.deallocate()
            return nil
        }
        unsafe stream = fresh
        return unsafe fresh
    }

    private static func free(_ stream: UnsafeMutablePointer<z_stream>) {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }
}
