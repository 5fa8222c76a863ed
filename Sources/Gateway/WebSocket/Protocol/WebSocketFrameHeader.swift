/// The head of one frame, RFC 6455 section 5.2.
struct WebSocketFrameHeader: Equatable {
    /// Whether this is the last fragment of its message.
    var isFinal: Bool
    /// RSV1: the first fragment of a compressed message (RFC 7692 section 6).
    var isCompressed: Bool
    var opcode: WebSocketOpcode
    /// Payload bytes that follow.
    var length: Int
    /// The masking key, first byte lowest; nil when the frame isn't masked.
    var key: UInt32?
    /// Bytes of the head itself.
    var size: Int

    /// What reading a head came to.
    enum Reading: Equatable {
        case incomplete
        case header(WebSocketFrameHeader)
        /// Not a legal frame; always a protocol error (1002).
        case refused(String)
    }

    /// Reads the head at `start`. What can be refused by its first two bytes is refused without waiting for more.
    static func read(
        _ bytes: Span<UInt8>,
        at start: Int,
        masked expectsMask: Bool,
        compression: Bool
    ) -> Reading {
        let available = bytes.count - start
        guard available >= 2 else { return .incomplete }
        let first = bytes[start]
        let second = bytes[start + 1]
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { return .refused("Reserved opcode") }
        let isFinal = first & 0x80 != 0
        let isCompressed = first & 0x40 != 0
        guard first & 0x30 == 0 else { return .refused("Reserved bit without an extension") }
        if isCompressed {
            guard compression else { return .refused("Reserved bit without an extension") }
            guard opcode == .text || opcode == .binary else { return .refused("RSV1 on a later or control frame") }
        }
        guard (second & 0x80 != 0) == expectsMask else {
            return .refused(expectsMask ? "Frame is not masked" : "Frame is masked")
        }
        let short = Int(second & 0x7F)
        if opcode.isControl {
            guard isFinal else { return .refused("Fragmented control frame") }
            guard short <= 125 else { return .refused("Control frame longer than 125 bytes") }
        }

        let lengthBytes = short < 126 ? 0 : short == 126 ? 2 : 8
        let size = 2 + lengthBytes + (expectsMask ? 4 : 0)
        guard available >= 2 + lengthBytes else { return .incomplete }
        var length = short
        if lengthBytes > 0 {
            var value: UInt64 = 0
            for index in 0..<lengthBytes { value = value << 8 | UInt64(bytes[start + 2 + index]) }
            guard let signed = Int64(exactly: value) else { return .refused("Length with its top bit set") }
            guard signed > (lengthBytes == 2 ? 125 : 0xFFFF) else { return .refused("Length not in its shortest form") }
            length = Int(signed)
        }
        var key: UInt32?
        if expectsMask {
            guard available >= size else { return .incomplete }
            let at = start + size - 4
            key =
                UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
                | UInt32(bytes[at + 3]) << 24
        }
        return .header(
            WebSocketFrameHeader(
                isFinal: isFinal,
                isCompressed: isCompressed,
                opcode: opcode,
                length: length,
                key: key,
                size: size
            )
        )
    }
}
