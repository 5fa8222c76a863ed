/// Reads JSON text forwards, once, and checks every byte it passes (RFC 8259; UTF-8 as in RFC 3629).
///
/// Nesting is kept in the bits of one integer, so that hostile depth costs neither stack nor heap.
struct JSONCursor: ~Escapable {
    let bytes: Span<UInt8>
    /// Where reading stops; a document may be a part of the span.
    let end: Int
    var position: Int
    /// How many containers may still be opened inside each other; at most the bits of `nesting`.
    let depthLeft: Int
    /// Set by strings, cleared by `value()`: what the value that is being read contains.
    var sawEscape = false
    var sawLoneSurrogate = false

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, in range: Range<Int>, maximumDepth: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "range outside of the span")
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
        self.depthLeft = min(maximumDepth, JSONScanner.maximumDepth)
    }

    /// The byte at the position; what is missing is reported where the text ends.
    @inline(__always)
    func current() throws(JSONError) -> UInt8 {
        guard position < end else { throw JSONError(.unexpectedEnd, at: end) }
        return bytes[position]
    }

    /// Inlined for what machines write: no white space at all.
    @inline(__always)
    mutating func skipWhitespace() {
        if position < end, bytes[position] <= 0x20 { skipWhitespaceRun() }
    }

    @inline(never)
    private mutating func skipWhitespaceRun() {
        while position < end {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try current() == byte else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
    }

    /// Nothing but white space may be left.
    mutating func expectEnd() throws(JSONError) {
        skipWhitespace()
        guard position == end else { throw JSONError(.trailingBytes, at: position) }
    }

    /// A key and the colon behind it, with the white space up to the value.
    mutating func key() throws(JSONError) -> JSONValue {
        let start = position
        sawEscape = false
        sawLoneSurrogate = false
        guard try current() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
        try skipString()
        let key = JSONValue(
            kind: .string,
            range: start..<position,
            hasEscapes: sawEscape,
            hasLoneSurrogate: sawLoneSurrogate
        )
        try skipColon()
        return key
    }

    mutating func skipColon() throws(JSONError) {
        skipWhitespace()
        try expect(UInt8(ascii: ":"))
        skipWhitespace()
    }

    /// The value that starts at the position, checked to its last byte.
    mutating func value() throws(JSONError) -> JSONValue {
        let start = position
        sawEscape = false
        sawLoneSurrogate = false
        let kind: JSONValue.Kind
        switch try current() {
        case UInt8(ascii: "{"):
            kind = .object
            try skipContainer()
        case UInt8(ascii: "["):
            kind = .array
            try skipContainer()
        default: kind = try skipScalar()
        }
        return JSONValue(
            kind: kind,
            range: start..<position,
            hasEscapes: sawEscape,
            hasLoneSurrogate: sawLoneSurrogate
        )
    }

    private mutating func skipScalar() throws(JSONError) -> JSONValue.Kind {
        switch try current() {
        case UInt8(ascii: "\""):
            try skipString()
            return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try skipNumber()
            return .number
        case UInt8(ascii: "t"):
            try skipLiteral(["t", "r", "u", "e"])
            return .true
        case UInt8(ascii: "f"):
            try skipLiteral(["f", "a", "l", "s", "e"])
            return .false
        case UInt8(ascii: "n"):
            try skipLiteral(["n", "u", "l", "l"])
            return .null
        default: throw JSONError(.unexpectedByte, at: position)
        }
    }

    private mutating func skipLiteral<let count: Int>(_ literal: [count of Unicode.Scalar]) throws(JSONError) {
        for index in literal.indices { try expect(UInt8(truncatingIfNeeded: literal[index].value)) }
    }

    /// Everything from an opening brace or bracket to the one that closes it.
    private mutating func skipContainer() throws(JSONError) {
        var depth = 0
        // The lowest bit is the innermost container: 1 for an object, 0 for an array.
        var nesting: UInt128 = 0
        while true {
            let opening = try current()
            if opening == UInt8(ascii: "{") || opening == UInt8(ascii: "[") {
                guard depth < depthLeft else { throw JSONError(.tooDeep, at: position) }
                let isObject = opening == UInt8(ascii: "{")
                position += 1
                depth += 1
                nesting = nesting << 1 | (isObject ? 1 : 0)
                skipWhitespace()
                if try current() != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    if isObject { try skipKey() }
                    continue
                }
            } else {
                _ = try skipScalar()
            }
            // A value has ended, or an empty container is about to: close what closes, or go on behind the comma.
            while true {
                if depth == 0 { return }
                skipWhitespace()
                let isObject = nesting & 1 == 1
                let byte = try current()
                if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    position += 1
                    depth -= 1
                    nesting >>= 1
                } else if byte == UInt8(ascii: ",") {
                    position += 1
                    skipWhitespace()
                    if isObject { try skipKey() }
                    break
                } else {
                    throw JSONError(.unexpectedByte, at: position)
                }
            }
        }
    }

    private mutating func skipKey() throws(JSONError) {
        guard try current() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
        try skipString()
        try skipColon()
    }
}
