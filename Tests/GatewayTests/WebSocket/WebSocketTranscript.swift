import Gateway

/// An event together with the payload that `withPayload` gave for it, so that whole conversations can be compared.
struct SeenEvent: Equatable, CustomStringConvertible {
    var event: WebSocketEvent
    var payload: [UInt8]

    static func text(_ text: String) -> SeenEvent { SeenEvent(event: .message(.text), payload: Array(text.utf8)) }
    static func binary(_ bytes: [UInt8]) -> SeenEvent { SeenEvent(event: .message(.binary), payload: bytes) }
    static func bare(_ event: WebSocketEvent) -> SeenEvent { SeenEvent(event: event, payload: []) }

    var description: String { "\(event) with \(payload.count) bytes \(payload.prefix(16))" }
}

extension WebSocketParser {
    /// All events of `input`, fed in pieces that end at `cuts` and at the end.
    static func transcript(
        of input: [UInt8],
        cuts: [Int] = [],
        role: WebSocketRole = .server,
        limits: WebSocketLimits = .standard,
        compression: WebSocketCompression? = nil
    ) -> [SeenEvent] {
        var parser = WebSocketParser(role: role, limits: limits, compression: compression)
        var seen: [SeenEvent] = []
        var start = 0
        for end in cuts + [input.count] {
            parser.append(input.span.extracting(start..<end))
            while let event = parser.next() {
                seen.append(SeenEvent(event: event, payload: parser.withPayload { bytes($0) }))
            }
            start = end
        }
        return seen
    }
}

/// A copy of a span's bytes.
func bytes(_ span: Span<UInt8>) -> [UInt8] {
    span.indices.map { span[$0] }
}

/// A frame written by hand, bit by bit, so that the parser is tested against something other than our own writer.
struct RawFrame {
    var first: UInt8
    var payload: [UInt8]
    var isMasked = true
    /// Overrides the length bytes: the 7-bit field and what follows it.
    var length: (UInt8, [UInt8])?
    var key: [UInt8] = [0x12, 0x00, 0xFE, 0x7B]

    init(_ first: UInt8, _ payload: [UInt8] = [], isMasked: Bool = true, length: (UInt8, [UInt8])? = nil) {
        self.first = first
        self.payload = payload
        self.isMasked = isMasked
        self.length = length
    }

    init(_ first: UInt8, _ text: String) {
        self.init(first, Array(text.utf8))
    }

    var bytes: [UInt8] {
        let count = payload.count
        let natural: (UInt8, [UInt8])
        switch count {
        case ..<126: natural = (UInt8(count), [])
        case ..<65_536: natural = (126, [UInt8(count >> 8), UInt8(count & 0xFF)])
        default: natural = (127, [0, 0, 0, 0] + bigEndian(UInt32(count)))
        }
        let (short, rest) = length ?? natural
        let head = [first, short | (isMasked ? 0x80 : 0)] + rest
        guard isMasked else { return head + payload }
        return head + key + payload.indices.map { payload[$0] ^ key[$0 % 4] }
    }

    private func bigEndian(_ word: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
}
