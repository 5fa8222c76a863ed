/// Looks for the end of a request head and looks at each byte once, however the bytes arrive.
///
/// It also refuses what no head may hold, so that garbage (a TLS handshake on the plain port) is answered at once, not
/// after a time-out, and so that the parser of the whole head needn't look for line ends that are not line ends.
struct HTTPHeadScanner: Sendable {
    /// Bytes of this head that were looked at.
    private var scanned = 0
    /// Where the current line begins, counted from the first byte of the head.
    private var lineStart = 0
    /// Complete lines so far, the request line among them.
    private var lines = 0

    /// Complete field lines so far.
    var fieldCount: Int {
        max(0, lines - 1)
    }

    /// Goes on where the last call ended.
    /// - Parameter start: where the head begins in `bytes`.
    /// - Returns: the length of the head with its empty line, or nil if more bytes are needed.
    mutating func scan(_ bytes: [UInt8], from start: Int, limits: HTTPLimits) throws(HTTPParseError) -> Int? {
        let available = bytes.count - start
        var bound = self.bound(limits)
        while scanned < min(available, bound) {
            let byte = bytes[start + scanned]
            if byte == HTTPCharacter.carriageReturn {
                // A CR that is the last byte is looked at again with its successor: the outcome must not depend on
                // where the network cut.
                guard scanned + 1 < min(available, bound) else { break }
                guard bytes[start + scanned + 1] == HTTPCharacter.lineFeed else { throw .init(.bareCarriageReturn) }
                let isEmpty = scanned == lineStart
                scanned += 2
                if isEmpty { return scanned }
                lineStart = scanned
                lines += 1
                guard fieldCount <= limits.maxFieldCount else { throw .init(.tooManyFields) }
                bound = self.bound(limits)
            } else {
                if HTTPCharacter.isControl(byte) {
                    throw .init(byte == HTTPCharacter.lineFeed ? .bareLineFeed : .controlByte)
                }
                scanned += 1
            }
        }
        guard available < bound else { throw .init(lines == 0 ? .requestLineTooLong : .headTooLarge) }
        return nil
    }

    private func bound(_ limits: HTTPLimits) -> Int {
        lines == 0 ? min(limits.maxRequestLine, limits.maxHead) : limits.maxHead
    }
}
