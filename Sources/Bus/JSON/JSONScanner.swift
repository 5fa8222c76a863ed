/// Reads JSON without building it: one pass that checks every byte and says where things are.
///
/// Strict RFC 8259 over UTF-8: no byte order mark, no comments, no trailing commas, no raw control characters in
/// strings. A whole document is checked even when the caller needs one field, so that a payload which was let in can be
/// sent on as it is. Numbers of any size and half surrogate pairs are JSON and pass; decoding them may fail.
package enum JSONScanner {
    /// How many containers may lie inside each other, the outermost counted. The bound also for callers that ask for
    /// more.
    package static let maximumDepth = 128

    /// Checks one whole document.
    ///
    /// - Returns: What its top level is.
    /// - Throws: `JSONError` at the first byte that doesn't fit.
    @discardableResult
    package static func validate(
        _ bytes: Span<UInt8>,
        maximumDepth: Int = maximumDepth
    ) throws(JSONError) -> JSONValue {
        var cursor = JSONCursor(bytes, in: 0..<bytes.count, maximumDepth: maximumDepth)
        cursor.skipWhitespace()
        let value = try cursor.value()
        try cursor.expectEnd()
        return value
    }

    /// Visits the members of the object that the whole document is, in their order. What they contain is checked and
    /// not visited. Members are visited while later bytes are still unread: nothing may be believed before the return.
    ///
    /// - Throws: `JSONError`, `wrongKind` when the document starts with anything but an opening brace; or what `visit`
    ///   throws.
    package static func scanObject(
        _ bytes: Span<UInt8>,
        maximumDepth: Int = maximumDepth,
        visit: (JSONField) throws(JSONError) -> Void
    ) throws(JSONError) {
        try scanObject(bytes, in: 0..<bytes.count, maximumDepth: maximumDepth, visit: visit)
    }

    /// The same for an object inside a document, for example the range of a value that was found before.
    package static func scanObject(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        maximumDepth: Int = maximumDepth,
        visit: (JSONField) throws(JSONError) -> Void
    ) throws(JSONError) {
        var cursor = try open(bytes, range, with: UInt8(ascii: "{"), maximumDepth)
        if try cursor.current() == UInt8(ascii: "}") {
            cursor.position += 1
            return try cursor.expectEnd()
        }
        while true {
            let key = try cursor.key()
            let value = try cursor.value()
            try visit(JSONField(key: key, value: value))
            guard try cursor.nextElement(before: UInt8(ascii: "}")) else { return try cursor.expectEnd() }
        }
    }

    /// Visits the elements of an array inside a document, in their order; see `scanObject`.
    ///
    /// - Throws: `JSONError`, `wrongKind` when the range starts with anything but an opening bracket; or what `visit`
    ///   throws.
    package static func scanArray(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        maximumDepth: Int = maximumDepth,
        visit: (JSONValue) throws(JSONError) -> Void
    ) throws(JSONError) {
        var cursor = try open(bytes, range, with: UInt8(ascii: "["), maximumDepth)
        if try cursor.current() == UInt8(ascii: "]") {
            cursor.position += 1
            return try cursor.expectEnd()
        }
        while true {
            try visit(cursor.value())
            guard try cursor.nextElement(before: UInt8(ascii: "]")) else { return try cursor.expectEnd() }
        }
    }

    /// A cursor behind the opening byte and the white space that follows it.
    @_lifetime(copy bytes)
    static func open(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        with opening: UInt8,
        _ maximumDepth: Int
    ) throws(JSONError) -> JSONCursor {
        // One container, this one, is open already.
        var cursor = JSONCursor(bytes, in: range, maximumDepth: maximumDepth - 1)
        cursor.skipWhitespace()
        guard try cursor.current() == opening else {
            // Say what is wrong with a document that isn't JSON at all, before its kind is found wrong.
            let start = cursor.position
            _ = try cursor.value()
            try cursor.expectEnd()
            throw JSONError(.wrongKind, at: start)
        }
        guard maximumDepth > 0 else { throw JSONError(.tooDeep, at: cursor.position) }
        cursor.position += 1
        cursor.skipWhitespace()
        return cursor
    }
}

extension JSONCursor {
    /// Behind an element: goes over the comma to the next one and says true, or over the closing byte and says false.
    mutating func nextElement(before closing: UInt8) throws(JSONError) -> Bool {
        skipWhitespace()
        let byte = try current()
        guard byte == UInt8(ascii: ",") || byte == closing else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
        guard byte == UInt8(ascii: ",") else { return false }
        skipWhitespace()
        return true
    }
}
