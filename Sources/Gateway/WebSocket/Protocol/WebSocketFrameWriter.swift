internal import Bus

/// Writes frames (RFC 6455 section 5.2) at the end of an output buffer.
package struct WebSocketFrameWriter: Sendable {
    private let role: WebSocketRole
    private var keys = WebSocketMaskingKeys()

    /// A writer for one end of a connection.
    package init(role: WebSocketRole) {
        self.role = role
    }

    /// Bytes of the head of a frame with `payload` bytes.
    package static func headerLength(payload: Int, masked: Bool) -> Int {
        (payload <= 125 ? 2 : payload <= 0xFFFF ? 4 : 10) + (masked ? 4 : 0)
    }

    /// Appends one whole frame as the server sends it; it can be shared by all connections of a fan-out.
    package static func appendUnmasked(
        _ payload: Span<UInt8>,
        opcode: WebSocketOpcode,
        isFinal: Bool = true,
        isCompressed: Bool = false,
        to output: inout [UInt8]
    ) {
        appendHead(payload.count, opcode, isFinal, isCompressed, maskBit: 0, to: &output)
        output.append(copying: payload)
    }

    /// Appends one frame. The payload of a control frame must not exceed 125 bytes: that is the caller's mistake and traps.
    package mutating func append(
        _ payload: Span<UInt8>,
        opcode: WebSocketOpcode,
        isFinal: Bool = true,
        isCompressed: Bool = false,
        to output: inout [UInt8]
    ) {
        switch role {
        case .server:
            Self.appendUnmasked(payload, opcode: opcode, isFinal: isFinal, isCompressed: isCompressed, to: &output)
        case .client:
            let key = keys.next()
            Self.appendHead(payload.count, opcode, isFinal, isCompressed, maskBit: 0x80, to: &output)
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                output.append(UInt8(truncatingIfNeeded: key >> shift))
            }
            let start = output.count
            output.append(copying: payload)
            _ = WordwiseBytes.mask(&output, in: start..<output.count, key: key, phase: 0)
        }
    }

    /// Appends a close frame. Without a code there is no payload; a reason longer than 123 bytes is cut at a scalar.
    package mutating func appendClose(_ code: WebSocketCloseCode?, reason: String = "", to output: inout [UInt8]) {
        var payload: [UInt8] = []
        if let code {
            payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
            for scalar in reason.unicodeScalars {
                guard payload.count + UTF8.width(scalar) <= 125 else { break }
                payload.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        append(payload.span, opcode: .close, to: &output)
    }

    private static func appendHead(
        _ length: Int,
        _ opcode: WebSocketOpcode,
        _ isFinal: Bool,
        _ isCompressed: Bool,
        maskBit: UInt8,
        to output: inout [UInt8]
    ) {
        precondition(!opcode.isControl || (length <= 125 && isFinal && !isCompressed))
        output.append((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue)
        switch length {
        case ...125:
            output.append(maskBit | UInt8(length))
        case ...0xFFFF:
            output.append(maskBit | 126)
            output.append(UInt8(length >> 8))
            output.append(UInt8(length & 0xFF))
        default:
            output.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) { output.append(UInt8(length >> shift & 0xFF)) }
        }
    }
}
