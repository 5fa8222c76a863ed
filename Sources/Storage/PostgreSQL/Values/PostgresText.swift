/// Texts as PostgreSQL can hold them: everything but U+0000, which no text and no JSON of it can have.
///
/// U+0000 is stored as `␀0` and the sign `␀` (U+2400) itself as `␀␀`, so that what is read is what was written, and
/// equal texts stay equal. Every text of the store goes through here in both directions. `␀` before anything else was
/// put there by another program and is left alone.
enum PostgresText {
    /// U+2400 in UTF-8.
    private static let sign: [UInt8] = [0xE2, 0x90, 0x80]
    private static let zero = UInt8(ascii: "0")

    /// Appends the stored form.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        let span = text.utf8Span.span
        guard needsEscape(span) else { return bytes.append(contentsOf: text.utf8) }
        for index in span.indices {
            if span[index] == 0 {
                bytes += sign
                bytes.append(zero)
            } else {
                bytes.append(span[index])
                if endsSign(span, index) { bytes += sign }
            }
        }
    }

    /// The text of a stored form.
    static func decode(_ bytes: Span<UInt8>) -> String {
        guard needsEscape(bytes) else { return plain(bytes) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            decoded.append(byte)
            index += 1
            guard byte == sign[2], endsSign(bytes, index - 1), index < bytes.count else { continue }
            if bytes[index] == zero {
                decoded.removeLast(sign.count)
                decoded.append(0)
                index += 1
            } else if index + 2 < bytes.count, endsSign(bytes, index + 2) {
                index += sign.count
            }
        }
        return plain(decoded.span)
    }

    /// A text that was not escaped, as JSON has its own way. Bytes that are no UTF-8 are replaced: PostgreSQL hands out
    /// none.
    static func plain(_ bytes: Span<UInt8>) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            return unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    private static func needsEscape(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] == 0 || bytes[index] == sign[2] && endsSign(bytes, index) {
            return true
        }
        return false
    }

    private static func endsSign(_ bytes: Span<UInt8>, _ index: Int) -> Bool {
        index >= 2 && bytes[index] == sign[2] && bytes[index - 1] == sign[1] && bytes[index - 2] == sign[0]
    }
}
