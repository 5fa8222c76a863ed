/// The header of an unmasked text frame, written after its payload.
///
/// RFC 6455 section 5.2: two bytes up to 125 bytes of payload, four up to 65,535, ten above. Most envelopes need four,
/// so four are kept free and the others are moved.
enum FrameHeader {
    private static let finalText: UInt8 = 0x81

    static let placeholder: [UInt8] = [finalText, 126, 0, 0]

    /// Fills in the header of a buffer that starts with `placeholder`; returns by how much the payload has moved.
    static func finish(_ bytes: inout [UInt8]) -> Int {
        let length = bytes.count - placeholder.count
        if length < 126 {
            bytes.removeSubrange(0..<2)
            bytes[0] = finalText
            bytes[1] = UInt8(length)
            return -2
        }
        guard length > 0xFFFF else {
            bytes[2] = UInt8(truncatingIfNeeded: length >> 8)
            bytes[3] = UInt8(truncatingIfNeeded: length)
            return 0
        }
        let long = (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) }
        bytes.replaceSubrange(0..<4, with: [finalText, 127] + long)
        return 6
    }

    /// Where the payload of a whole unmasked frame begins; nil if the bytes are no such frame.
    static func payloadStart(_ frame: [UInt8]) -> Int? {
        guard frame.count >= 2, frame[0] == finalText else { return nil }
        let (start, lengthBytes) = frame[1] < 126 ? (2, 0) : frame[1] == 126 ? (4, 2) : (10, 8)
        guard frame.count >= start else { return nil }
        let length = frame[2..<2 + lengthBytes].reduce(lengthBytes == 0 ? Int(frame[1]) : 0) { $0 << 8 | Int($1) }
        return frame.count - start == length ? start : nil
    }
}
