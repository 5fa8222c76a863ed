/// The chunked transfer coding of one request (RFC 9112 section 7.1), one byte after the other: nothing but the data
/// is kept, so that endless sizes, extensions and trailers meet a counter, not a buffer.
struct HTTPChunkDecoder: Sendable {
    private enum State: Sendable {
        case size
        case sizeExtension
        case sizeLineFeed
        case data
        case dataCarriageReturn
        case dataLineFeed
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed
        case lastLineFeed
    }

    /// What the bytes held.
    enum Step: Equatable {
        /// More bytes are needed.
        case starved
        /// These bytes are body.
        case data(Range<Int>)
        /// The body and its trailer section are complete.
        case end
    }

    private var state = State.size
    /// Of the current chunk: first what its size line says so far, then the bytes of data that are still to come.
    private var size = 0
    private var digits = 0
    /// Bytes of data in all chunks whose size line is complete.
    private var total = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerLines = 0

    /// Goes on at `position`, which moves behind what was used.
    /// - Parameter bodyLimit: the most data bytes in all chunks together.
    mutating func next(
        _ bytes: [UInt8],
        at position: inout Int,
        limits: HTTPLimits,
        bodyLimit: Int
    ) throws(HTTPParseError) -> Step {
        while position < bytes.count {
            if state == .data {
                let end = position + min(size, bytes.count - position)
                let data = position..<end
                position = end
                size -= data.count
                if size == 0 { state = .dataCarriageReturn }
                return .data(data)
            }
            let byte = bytes[position]
            position += 1
            switch state {
            case .size, .sizeExtension, .sizeLineFeed:
                try readSizeLine(byte, limits: limits, bodyLimit: bodyLimit)
            case .data, .dataCarriageReturn:
                guard byte == HTTPCharacter.carriageReturn else { throw .init(.chunkEnd) }
                state = .dataLineFeed
            case .dataLineFeed:
                guard byte == HTTPCharacter.lineFeed else { throw .init(.chunkEnd) }
                (state, size, digits) = (.size, 0, 0)
            case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed:
                try readTrailer(byte, limits: limits)
            case .lastLineFeed:
                guard byte == HTTPCharacter.lineFeed else { throw .init(.trailer) }
                return .end
            }
        }
        return .starved
    }

    private mutating func readSizeLine(
        _ byte: UInt8,
        limits: HTTPLimits,
        bodyLimit: Int
    ) throws(HTTPParseError) {
        if state == .sizeLineFeed {
            guard byte == HTTPCharacter.lineFeed else { throw .init(.chunkSize) }
            guard size <= bodyLimit - total else { throw .init(.contentTooLarge) }
            total += size
            state = size == 0 ? .trailerStart : .data
        } else if byte == HTTPCharacter.carriageReturn {
            guard digits > 0 else { throw .init(.chunkSize) }
            state = .sizeLineFeed
        } else if state == .size, byte != UInt8(ascii: ";") {
            // 15 digits are more than any body and can't overflow; leading zeros count, so the line is bounded.
            guard let value = HTTPCharacter.hexValue(byte), digits < 15 else { throw .init(.chunkSize) }
            digits += 1
            size = size << 4 | Int(value)
        } else {
            guard digits > 0, !HTTPCharacter.isControl(byte), byte < 0x80 else { throw .init(.chunkSize) }
            state = .sizeExtension
            extensionBytes += 1
            guard extensionBytes <= limits.maxChunkExtension else { throw .init(.chunkExtensionTooLarge) }
        }
    }

    /// Trailers are dropped, but checked like any other field: a proxy in front may have read them otherwise.
    private mutating func readTrailer(_ byte: UInt8, limits: HTTPLimits) throws(HTTPParseError) {
        trailerBytes += 1
        guard trailerBytes <= limits.maxTrailer else { throw .init(.trailerTooLarge) }
        switch state {
        case .trailerStart where byte == HTTPCharacter.carriageReturn:
            state = .lastLineFeed
        case .trailerStart:
            guard HTTPCharacter.isToken(byte) else { throw .init(.trailer) }
            trailerLines += 1
            guard trailerLines <= limits.maxFieldCount else { throw .init(.trailerTooLarge) }
            state = .trailerName
        case .trailerName:
            if byte == UInt8(ascii: ":") {
                state = .trailerValue
            } else {
                guard HTTPCharacter.isToken(byte) else { throw .init(.trailer) }
            }
        case .trailerValue:
            if byte == HTTPCharacter.carriageReturn {
                state = .trailerLineFeed
            } else {
                guard !HTTPCharacter.isControl(byte) else { throw .init(.trailer) }
            }
        default:
            guard byte == HTTPCharacter.lineFeed else { throw .init(.trailer) }
            state = .trailerStart
        }
    }
}
