import HTTPTypes

/// Reads one complete head that ``HTTPHeadScanner`` found: every line ends with CR LF, no other control bytes.
enum HTTPHeadParser {
    /// - Parameters:
    ///   - range: the head with its empty line.
    ///   - fieldCount: how many field lines it has.
    static func parse(
        _ bytes: [UInt8],
        in range: Range<Int>,
        fieldCount: Int
    ) throws(HTTPParseError) -> HTTPRequestHead {
        var position = range.lowerBound
        let request = try RequestLine(bytes, from: &position)
        var collector = HTTPFieldCollector(count: fieldCount)
        while bytes[position] != HTTPCharacter.carriageReturn {
            try collector.addLine(bytes, from: &position)
        }

        let authority = try authority(request, collector, of: bytes)
        let framing = try framing(request, collector, of: bytes)
        let keepAlive = !collector.asksToClose && (!request.isHTTP10 || collector.asksToKeepAlive)
        let hasBody = framing != .none && framing != .length(0)
        return HTTPRequestHead(
            method: request.method,
            target: request.target.text,
            path: request.target.path,
            query: request.target.query,
            authority: authority,
            fields: collector.fields,
            isHTTP10: request.isHTTP10,
            keepAlive: keepAlive,
            expectsContinue: collector.expectsContinue && hasBody && !request.isHTTP10,
            framing: framing,
            wantsWebSocketUpgrade: collector.offersWebSocket && collector.asksToUpgrade && !hasBody
                && request.method == .get && !request.isHTTP10
        )
    }

    /// RFC 9112 section 3.2: Host is required in HTTP/1.1, and checked also where the target overrules it.
    private static func authority(
        _ request: RequestLine,
        _ collector: HTTPFieldCollector,
        of bytes: [UInt8]
    ) throws(HTTPParseError) -> String {
        guard let range = collector.host else {
            guard request.isHTTP10 else { throw .init(.hostMissing) }
            return request.target.authority ?? ""
        }
        guard HTTPAuthority.isWellFormed(bytes[range]) else { throw .init(.hostMalformed) }
        return request.target.authority ?? String(decoding: bytes[range], as: UTF8.self)
    }

    /// RFC 9112 section 6.3, with everything refused that it calls an attack or lets a server refuse.
    private static func framing(
        _ request: RequestLine,
        _ collector: HTTPFieldCollector,
        of bytes: [UInt8]
    ) throws(HTTPParseError) -> HTTPRequestHead.Framing {
        guard collector.hasTransferEncoding else {
            return collector.contentLength.map { .length($0) } ?? .none
        }
        guard !request.isHTTP10 else { throw .init(.transferEncodingInHTTP10) }
        guard collector.contentLength == nil else { throw .init(.lengthAndTransferEncoding) }
        var isUnknown = false
        for (index, coding) in collector.codings.enumerated() {
            // A coding may have parameters; chunked has none, so `chunked;x` is no way to write it.
            let name = bytes[coding].prefix { $0 != UInt8(ascii: ";") }
            guard HTTPCharacter.isToken(name) else { throw .init(.transferEncoding) }
            guard HTTPCharacter.matches(name, "chunked") else {
                isUnknown = true
                continue
            }
            guard index == collector.codings.count - 1, name.count == coding.count else {
                throw .init(.transferEncoding)
            }
        }
        guard !isUnknown else { throw .init(.transferEncodingUnknown) }
        return .chunked
    }
}

/// `method SP request-target SP HTTP-version` (RFC 9112 section 3), single spaces only.
private struct RequestLine {
    let method: HTTPRequest.Method
    let target: HTTPRequestTarget
    let isHTTP10: Bool

    /// - Parameter position: where the line begins; moves to the next one.
    init(_ bytes: [UInt8], from position: inout Int) throws(HTTPParseError) {
        let methodRange = Self.part(bytes, from: position)
        let targetRange = Self.part(bytes, from: methodRange.upperBound + 1)
        guard !methodRange.isEmpty, bytes[methodRange.upperBound] == HTTPCharacter.space, !targetRange.isEmpty,
            bytes[targetRange.upperBound] == HTTPCharacter.space
        else { throw .init(.requestLine) }
        // First the version: the preface of HTTP/2 is `PRI * HTTP/2.0`, and 505 says what is wrong with it.
        isHTTP10 = try Self.isHTTP10(bytes, from: targetRange.upperBound + 1)
        guard let method = HTTPRequest.Method(String(decoding: bytes[methodRange], as: UTF8.self)) else {
            throw .init(.method)
        }
        self.method = method
        target = try HTTPRequestTarget(targetRange, of: bytes, method: method)
        position = targetRange.upperBound + 11
    }

    /// The bytes up to the next space or the end of the line.
    private static func part(_ bytes: [UInt8], from start: Int) -> Range<Int> {
        var end = start
        while bytes[end] != HTTPCharacter.space, bytes[end] != HTTPCharacter.carriageReturn { end += 1 }
        return start..<end
    }

    /// A higher minor version is read as 1.1, as RFC 9110 section 2.5 asks. The line must end behind the version.
    private static func isHTTP10(_ bytes: [UInt8], from start: Int) throws(HTTPParseError) -> Bool {
        guard start + 8 < bytes.count, bytes[start] == UInt8(ascii: "H"), bytes[start + 1] == UInt8(ascii: "T"),
            bytes[start + 2] == UInt8(ascii: "T"), bytes[start + 3] == UInt8(ascii: "P"),
            bytes[start + 4] == UInt8(ascii: "/"), bytes[start + 6] == UInt8(ascii: "."),
            bytes[start + 8] == HTTPCharacter.carriageReturn
        else { throw .init(.version) }
        let (major, minor) = (bytes[start + 5], bytes[start + 7])
        guard HTTPCharacter.isDigit(major), HTTPCharacter.isDigit(minor) else { throw .init(.version) }
        guard major == UInt8(ascii: "1") else { throw .init(.unsupportedVersion) }
        return minor == UInt8(ascii: "0")
    }
}
