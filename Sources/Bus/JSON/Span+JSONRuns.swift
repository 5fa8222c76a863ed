/// Runs of bytes that need no look, eight at a time: nearly every byte of nearly every text is in one.
extension Span<UInt8> {
    /// The first offset that holds a backslash, or `end`.
    func firstBackslash(from start: Int, before end: Int) -> Int {
        var offset = start
        while offset + 8 <= end {
            let stops = zeros(of: word(at: offset) ^ (Self.ones &* 0x5C))
            if stops != 0 { return offset + (stops.trailingZeroBitCount >> 3) }
            offset += 8
        }
        while offset < end, self[offset] != UInt8(ascii: "\\") { offset += 1 }
        return offset
    }

    /// The first offset that holds something that a JSON string needs an escape for, or the end.
    func firstEscapedInJSON(from start: Int) -> Int {
        var offset = start
        while offset + 8 <= count {
            let word = word(at: offset)
            let isControl = (word &- (Self.ones &* 0x20)) & ~word & Self.highs
            let stops = isControl | zeros(of: word ^ (Self.ones &* 0x22)) | zeros(of: word ^ (Self.ones &* 0x5C))
            if stops != 0 { return offset + (stops.trailingZeroBitCount >> 3) }
            offset += 8
        }
        while offset < count, !self[offset].isEscapedInJSON { offset += 1 }
        return offset
    }

    /// For the eight bytes from `offset`: the lowest set bit lies in the first byte that isn't plain text of a JSON
    /// string (quote, backslash, control, non-ASCII); 0 when all eight are plain.
    func stopBits(at offset: Int) -> UInt64 {
        let word = word(at: offset)
        let isControl = (word &- (Self.ones &* 0x20)) & ~word
        return zeros(of: word ^ (Self.ones &* 0x22)) | zeros(of: word ^ (Self.ones &* 0x5C))
            | (isControl | word) & Self.highs
    }

    /// The high bit of each zero byte, exactly up to the first one; borrows can only disturb later bytes.
    private func zeros(of word: UInt64) -> UInt64 { (word &- Self.ones) & ~word & Self.highs }

    private func word(at offset: Int) -> UInt64 {
        // Checked against the span's bounds by the callee; unsafe in name because it could load other types.
        unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var highs: UInt64 { 0x8080_8080_8080_8080 }
}

extension UInt8 {
    /// Quote, backslash and what lies below U+0020.
    var isEscapedInJSON: Bool {
        self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\")
    }
}
