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
        var line = nextLine(bytes, from: range.lowerBound)
        let request = try RequestLine(bytes, in: line)
        var collector = HTTPFieldCollector(count: fieldCount)
        while true {
            line = nextLine(bytes, from: line.upperBound + 2)
            if line.isEmpty { break }
            try collector.add(line, of: bytes)
        }

        let authority = try authority(request, collector, of: bytes)
        let framing = try framing(request, collector, of: bytes)
        let keepAlive = !collector.asksToClose && (!request.isHTTP10 || collector.asksToKeepAlive)
        let hasBody = framing != .none && framing != .length(0)
        return HTTPRequestHead(
            method: request.method,
            target: request.text,
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

    /// The line from `start` without its CR LF.
    private static func nextLine(_ bytes: [UInt8], from start: Int) -> Range<Int> {
        var end = start
        while bytes[end] != HTTPCharacter.carriageReturn { end += 1 }
        return start..<end
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
    let text: String
    let target: HTTPRequestTarget
    let isHTTP10: Bool

    init(_ bytes: [UInt8], in line: Range<Int>) throws(HTTPParseError) {
        guard let first = bytes[line].firstIndex(of: HTTPCharacter.space), first > line.lowerBound else {
            throw .init(.requestLine)
        }
        let targetStart = first + 1
        guard let second = bytes[targetStart..<line.upperBound].firstIndex(of: HTTPCharacter.space),
            second > targetStart
        else { throw .init(.requestLine) }
        // First the version: the preface of HTTP/2 is `PRI * HTTP/2.0`, and 505 says what is wrong with it.
        isHTTP10 = try Self.isHTTP10(bytes[second + 1..<line.upperBound])
        guard let method = HTTPRequest.Method(String(decoding: bytes[line.lowerBound..<first], as: UTF8.self)) else {
            throw .init(.method)
        }
        self.method = method
        text = String(decoding: bytes[targetStart..<second], as: UTF8.self)
        target = try HTTPRequestTarget(text, method: method)
    }

    /// A higher minor version is read as 1.1, as RFC 9110 section 2.5 asks.
    private static func isHTTP10(_ version: ArraySlice<UInt8>) throws(HTTPParseError) -> Bool {
        guard version.count == 8, version.prefix(5).elementsEqual("HTTP/".utf8) else { throw .init(.version) }
        let major = version[version.startIndex + 5]
        let minor = version[version.startIndex + 7]
        guard HTTPCharacter.isDigit(major), HTTPCharacter.isDigit(minor),
            version[version.startIndex + 6] == UInt8(ascii: ".")
        else { throw .init(.version) }
        guard major == UInt8(ascii: "1") else { throw .init(.unsupportedVersion) }
        return minor == UInt8(ascii: "0")
    }
}
