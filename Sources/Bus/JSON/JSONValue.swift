/// One JSON value as a place in the bytes it was found in. It owns nothing and is only meaningful with those bytes.
@usableFromInline
package struct JSONValue: Equatable, Sendable {
    /// The seven things a JSON value can be; the two booleans apart.
    package enum Kind: Sendable {
        case object, array, string, number, `true`, `false`, null
    }

    /// What the value is.
    package let kind: Kind
    /// Byte offsets of the raw text: with quotes, braces or brackets, without white space around it.
    package let range: Range<Int>
    /// A backslash occurs in the string; for a container, in any string inside (keys too).
    package let hasEscapes: Bool
    /// An escape such as `\uD800` without its other half occurs, as in `hasEscapes`. The grammar allows it, so
    /// scanning does; decoding the string refuses it, and so does PostgreSQL's `jsonb`.
    package let hasLoneSurrogate: Bool

    /// The text between the quotes, when the raw bytes are the string itself; nil for other kinds and when escapes
    /// have to be decoded first (`JSONScanner.string`).
    package var rawStringContents: Range<Int>? {
        guard kind == .string, !hasEscapes else { return nil }
        return range.lowerBound + 1..<range.upperBound - 1
    }
}

/// One member of a JSON object.
package struct JSONField: Equatable, Sendable {
    /// The name, a value of kind `string`; may have escapes: compare with `JSONScanner.string(_:_:equals:)`.
    package let key: JSONValue
    /// What the name stands for; validated, whatever its kind.
    package let value: JSONValue
}
