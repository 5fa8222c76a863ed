import CZlib

/// Compresses outgoing messages (RFC 7692 section 7.2.1). Its zlib state (128 KiB and four windows) exists only from the
/// first message on; one without context take-over can serve any number of connections.
@safe
package struct Deflater: ~Copyable, Sendable {
    /// Messages below this many bytes aren't worth the time; they may always go uncompressed.
    package static let smallestWorthwhile = 64

    /// On the heap because zlib keeps a pointer back to it; owned by this value alone, which is why it may be sent.
    nonisolated(unsafe) private var stream: UnsafeMutablePointer<z_stream>?
    private let windowBits: Int32
    private let keepsContext: Bool
    private let level: Int32

    /// - Parameters:
    ///   - windowBits: 8...15. zlib has no raw deflate with 8, so 9 is used; that is a legal answer to 8, because zlib never
    ///     refers further back than its window less 262 bytes, here 250, which a window of 256 holds.
    ///   - keepsContext: whether messages refer to earlier ones. Every compressed message must then reach the peer.
    ///   - level: zlib's, 1 (fast) to 9 (small).
    package init(windowBits: Int, keepsContext: Bool, level: Int = 6) {
        self.windowBits = Int32(max(9, min(15, windowBits)))
        self.keepsContext = keepsContext
        self.level = Int32(level)
    }

    deinit {
        guard let stream = unsafe stream else { return }
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends the compressed form of a whole message, without the four bytes 00 00 FF FF at its end. False when zlib got no
    /// memory; nothing was appended then and the message can go uncompressed.
    package mutating func deflate(_ message: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        guard message.count > 0 else {
            // zlib writes nothing when it is flushed twice in a row; this is RFC 7692 section 7.2.3.6.
            output.append(0)
            return true
        }
        guard let stream = unsafe opened() else { return false }
        unsafe message.withUnsafeBufferPointer { bytes in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(bytes.count)
            unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 << 10) { scratch in
                repeat {
                    unsafe stream.pointee.next_out = scratch.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(scratch.count)
                    unsafe CZlib.deflate(stream, Z_SYNC_FLUSH)
                    let produced = unsafe scratch.count - Int(stream.pointee.avail_out)
                    unsafe output.append(contentsOf: UnsafeBufferPointer(rebasing: scratch[..<produced]))
                } while unsafe stream.pointee.avail_out == 0
            }
        }
        output.removeLast(4)
        if !keepsContext { unsafe deflateReset(stream) }
        return true
    }

    private mutating func opened() -> UnsafeMutablePointer<z_stream>? {
        if let stream = unsafe stream { return unsafe stream }
        let fresh = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe fresh.initialize(to: z_stream())
        guard unsafe dcm_deflateInit2(fresh, level, -windowBits, 8) == Z_OK else {
            unsafe fresh.deallocate()
            return nil
        }
        unsafe stream = fresh
        return unsafe fresh
    }
}
