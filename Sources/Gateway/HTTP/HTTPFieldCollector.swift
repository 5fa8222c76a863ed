import HTTPTypes

/// The field lines of one head, and what framing and routing need to know from them.
struct HTTPFieldCollector {
    private(set) var fields = HTTPFields()
    private(set) var host: Range<Int>?
    private(set) var contentLength: Int?
    private(set) var codings: [Range<Int>] = []
    private(set) var hasTransferEncoding = false
    private(set) var asksToClose = false
    private(set) var asksToKeepAlive = false
    private(set) var asksToUpgrade = false
    private(set) var offersWebSocket = false
    private(set) var expectsContinue = false

    /// - Parameter count: how many lines there are, so that the fields are allocated once.
    init(count: Int) {
        fields.reserveCapacity(count)
    }

    /// Takes one line (RFC 9112 section 5).
    /// - Parameter position: where the line begins; moves to the next one.
    mutating func addLine(_ bytes: [UInt8], from position: inout Int) throws(HTTPParseError) {
        var colon = position
        while HTTPCharacter.isToken(bytes[colon]) { colon += 1 }
        guard colon > position, bytes[colon] == UInt8(ascii: ":") else {
            throw .init(HTTPCharacter.isBlank(bytes[position]) ? .foldedField : .fieldName)
        }
        let name = position..<colon
        var end = colon + 1
        while bytes[end] != HTTPCharacter.carriageReturn { end += 1 }
        position = end + 2
        let value = HTTPCharacter.trimmed(colon + 1..<end, of: bytes)
        if let known = HTTPKnownField.find(name, of: bytes) {
            if known.role != .keep { try interpret(known.role, value, of: bytes) }
            if let name = known.name { fields.append(field(name, value, of: bytes)) }
        } else {
            // The bytes are a token, so the name can't be refused; the guard only spares a force unwrap.
            guard let name = HTTPField.Name(String(decoding: bytes[name], as: UTF8.self)) else {
                throw .init(.fieldName)
            }
            fields.append(field(name, value, of: bytes))
        }
    }

    /// A value that isn't UTF-8 is kept as bytes: decoding would repair it silently into something never sent.
    private func field(_ name: HTTPField.Name, _ value: Range<Int>, of bytes: [UInt8]) -> HTTPField {
        if bytes[value].contains(where: { $0 >= 0x80 }) {
            HTTPField(name: name, value: bytes[value])
        } else {
            HTTPField(name: name, value: String(decoding: bytes[value], as: UTF8.self))
        }
    }

    private mutating func interpret(
        _ role: HTTPKnownField.Role,
        _ value: Range<Int>,
        of bytes: [UInt8]
    ) throws(HTTPParseError) {
        switch role {
        case .keep:
            break
        case .host:
            guard host == nil else { throw .init(.hostRepeated) }
            host = value
        case .contentLength:
            guard contentLength == nil else { throw .init(.contentLengthRepeated) }
            contentLength = try length(value, of: bytes)
        case .transferEncoding:
            hasTransferEncoding = true
            codings += HTTPCharacter.listElements(value, of: bytes)
        case .connection:
            for element in HTTPCharacter.listElements(value, of: bytes) {
                if HTTPCharacter.matches(bytes[element], "close") { asksToClose = true }
                if HTTPCharacter.matches(bytes[element], "keep-alive") { asksToKeepAlive = true }
                if HTTPCharacter.matches(bytes[element], "upgrade") { asksToUpgrade = true }
            }
        case .upgrade:
            for element in HTTPCharacter.listElements(value, of: bytes)
            where HTTPCharacter.matches(bytes[element], "websocket") {
                offersWebSocket = true
            }
        case .expect:
            guard HTTPCharacter.matches(bytes[value], "100-continue") else { throw .init(.expectation) }
            expectsContinue = true
        }
    }

    /// `1*DIGIT` and nothing else: RFC 9110 section 8.6 lets a server accept `5, 5`; two readers that differ there
    /// are a smuggling vector, so it is refused.
    private func length(_ value: Range<Int>, of bytes: [UInt8]) throws(HTTPParseError) -> Int {
        guard !value.isEmpty else { throw .init(.contentLength) }
        var length = 0
        for byte in bytes[value] {
            guard HTTPCharacter.isDigit(byte) else { throw .init(.contentLength) }
            let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw .init(.contentLength) }
            length = sum
        }
        return length
    }
}
