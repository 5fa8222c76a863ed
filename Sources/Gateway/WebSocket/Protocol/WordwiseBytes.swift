/// The byte loops of the hot path, eight bytes at a time. They are the only place of the protocol code that reads and
/// writes memory without checks; each one checks its range once, at the start.
enum WordwiseBytes {
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// XORs `bytes[range]` with the masking key of RFC 6455 section 5.3 and tells whether the result is pure ASCII.
    ///
    /// The answer costs one instruction per word here and would cost a second walk elsewhere.
    /// - Parameters:
    ///   - key: the four key bytes, the first one in the lowest bits.
    ///   - phase: how many bytes of the same payload were masked before `range`.
    static func mask(_ bytes: inout [UInt8], in range: Range<Int>, key: UInt32, phase: Int) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        let shift = UInt32(truncatingIfNeeded: phase & 3) * 8
        let turned = shift == 0 ? key : key >> shift | key << (32 - shift)
        let word = UInt64(turned) << 32 | UInt64(turned)
        return unsafe bytes.withUnsafeMutableBytes { all in
            let raw = unsafe UnsafeMutableRawBufferPointer(rebasing: all[range])
            var seen: UInt64 = 0
            var index = 0
            while index &+ 8 <= raw.count {
                let loaded = unsafe raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let plain = UInt64(littleEndian: loaded) ^ word
                unsafe raw.storeBytes(of: plain.littleEndian, toByteOffset: index, as: UInt64.self)
                seen |= plain
                index &+= 8
            }
            var rest = word
            while index < raw.count {
                let plain = unsafe raw[index] ^ UInt8(truncatingIfNeeded: rest)
                unsafe raw[index] = plain
                seen |= UInt64(plain)
                rest >>= 8
                index &+= 1
            }
            return seen & highBits == 0
        }
    }

    /// The index of the first byte at or after `start` that isn't ASCII, or `bytes.count`.
    static func endOfASCII(in bytes: Span<UInt8>, from start: Int) -> Int {
        precondition(start >= 0)
        return unsafe bytes.withUnsafeBytes { raw in
            var index = start
            while index &+ 8 <= raw.count,
                unsafe raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & highBits == 0
            {
                index &+= 8
            }
            while index < raw.count, unsafe raw[index] < 0x80 { index &+= 1 }
            return index
        }
    }
}
