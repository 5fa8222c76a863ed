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
        var end = start + min(available, bound)
        var index = start + scanned
        // Whatever ends the loop, the next call goes on here.
        defer { scanned = index - start }
        while index < end {
            let byte = bytes[index]
            if byte >= HTTPCharacter.space && byte != HTTPCharacter.delete || byte == HTTPCharacter.tab {
                index += 1
                continue
            }
            guard byte == HTTPCharacter.carriageReturn else {
                throw .init(byte == HTTPCharacter.lineFeed ? .bareLineFeed : .controlByte)
            }
            // A CR that is the last byte is looked at again with its successor: the outcome must not depend on where
            // the network cut.
            guard index + 1 < end else { break }
            guard bytes[index + 1] == HTTPCharacter.lineFeed else { throw .init(.bareCarriageReturn) }
            let isEmpty = index - start == lineStart
            index += 2
            if isEmpty { return index - start }
            lineStart = index - start
            lines += 1
            guard fieldCount <= limits.maxFieldCount else { throw .init(.tooManyFields) }
            bound = self.bound(limits)
            end = start + min(available, bound)
        }
        guard available < bound else { throw .init(lines == 0 ? .requestLineTooLong : .headTooLarge) }
        return nil
    }

    private func bound(_ limits: HTTPLimits) -> Int {
        lines == 0 ? min(limits.maxRequestLine, limits.maxHead) : limits.maxHead
    }
}
