/// Why a byte sequence is not the JSON that was asked for.
///
/// Cheap to throw: no text is built until somebody reads `message`.
@usableFromInline
package struct JSONError: Error, Equatable {
    /// What is wrong; `rawValue` is stable and may be shown to clients.
    package enum Code: String, Sendable {
        /// The document, or the range that was scanned, ends too early.
        case unexpectedEnd
        /// A byte that RFC 8259 doesn't allow at this place.
        case unexpectedByte
        /// Something other than white space follows the value.
        case trailingBytes
        /// Leading zero, missing digit and the like (RFC 8259 section 6).
        case invalidNumber
        /// A raw byte below 0x20 inside a string.
        case controlCharacter
        /// Not UTF-8 (RFC 3629): overlong form, surrogate, above U+10FFFF, stray continuation byte.
        case invalidUTF8
        /// A backslash that is not followed by one of RFC 8259 section 7's escapes.
        case invalidEscape
        /// Only from decoding: `\uD800`...`\uDFFF` without its other half names no character.
        case loneSurrogate
        /// More containers inside each other than the depth bound.
        case tooDeep
        /// A key that was asked for occurs twice, so that two readers could see two documents.
        case duplicateKey
        /// Valid JSON, but of another kind than the caller needs.
        case wrongKind
    }

    /// What is wrong.
    package let code: Code
    /// Byte offset from the start of the span, where it was noticed.
    package let offset: Int

    /// - Parameters:
    ///   - code: What is wrong.
    ///   - offset: Byte offset from the start of the span.
    package init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    /// One plain sentence without the input's own bytes, so that it can be logged and sent.
    package var message: String {
        switch code {
        case .unexpectedEnd: "JSON ends too early at offset \(offset)"
        case .unexpectedByte: "unexpected byte in JSON at offset \(offset)"
        case .trailingBytes: "something follows the JSON value at offset \(offset)"
        case .invalidNumber: "malformed JSON number at offset \(offset)"
        case .controlCharacter: "unescaped control character in a JSON string at offset \(offset)"
        case .invalidUTF8: "invalid UTF-8 in a JSON string at offset \(offset)"
        case .invalidEscape: "invalid escape in a JSON string at offset \(offset)"
        case .loneSurrogate: "half a surrogate pair in a JSON string at offset \(offset)"
        case .tooDeep: "JSON is nested too deeply at offset \(offset)"
        case .duplicateKey: "duplicate JSON key at offset \(offset)"
        case .wrongKind: "JSON value of the wrong kind at offset \(offset)"
        }
    }
}
