/// Takes obvious secrets out of texts before they are stored, learnt from or shown. Best effort.
///
/// What follows a name such as `password`, `api_key`, `GITHUB_TOKEN` or `Authorization` is replaced: behind `=` or `:`
/// (shell words, headers, members of JSON, also of JSON inside of JSON strings) and behind an option such as
/// `--password`. Secrets that no name announces stay. One pass; the work is linear in the length of the text.
enum Redaction {
    /// What stands in the place of a secret.
    static let mark = "[redacted]"

    /// The text with `mark` in the place of each secret.
    static func redacted(_ text: String, mark: String = mark) -> String {
        var scanner = SecretScanner(text.utf8Span.span)
        var result: [UInt8] = []
        var copied = 0
        let span = text.utf8Span.span
        while let secret = scanner.next() {
            for offset in copied..<secret.lowerBound { result.append(span[offset]) }
            result.append(contentsOf: mark.utf8)
            copied = secret.upperBound
        }
        guard copied > 0 else { return text }
        for offset in copied..<span.count { result.append(span[offset]) }
        return String(decoding: result, as: UTF8.self)
    }
}

/// Finds the byte ranges of secrets, from left to right.
private struct SecretScanner: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    /// The next secret, at least one byte long.
    mutating func next() -> Range<Int>? {
        while position < bytes.count {
            guard bytes[position].isNameByte else {
                position += 1
                continue
            }
            let start = position
            position = end(from: position) { $0.isNameByte }
            let name = start..<position
            guard let valueStart = valueStart(behind: name), SecretName.matches(bytes, name) else { continue }
            let value = value(from: valueStart)
            // The value of `--token` may be the next option's name: look at what stands there again if it's none.
            guard !value.isEmpty else { continue }
            position = value.upperBound
            return value
        }
        return nil
    }

    /// Where the value of a name begins, if one follows; its quote included.
    private func valueStart(behind name: Range<Int>) -> Int? {
        let isOption = name.count > 2 && bytes[name.lowerBound] == .hyphen && bytes[name.lowerBound + 1] == .hyphen
        let quoteEnd = end(from: name.upperBound) { $0.isQuote || $0 == .backslash }
        let separator = end(from: quoteEnd) { $0 == .blank }
        guard separator < bytes.count else { return nil }
        if bytes[separator] == .equals || bytes[separator] == .colon {
            let start = end(from: separator + 1) { $0 == .blank }
            // `==` and `=>` compare and map, `::` qualifies: no value follows.
            guard start < bytes.count, ![.equals, .colon, .greater].contains(bytes[start]) else { return nil }
            return start
        }
        return isOption && separator > quoteEnd && bytes[separator] != .hyphen ? separator : nil
    }

    private func value(from start: Int) -> Range<Int> {
        let quote = end(from: start) { $0 == .backslash }
        if quote < bytes.count, bytes[quote].isQuote {
            return quoted(from: quote + 1, by: bytes[quote], behindBackslashes: quote - start)
        }
        var stop = end(from: start) { !$0.endsSecret }
        // `Authorization: Bearer abc`: the scheme is no secret, the word behind it is.
        if stop < bytes.count, bytes[stop] == .blank, SecretName.isScheme(bytes, start..<stop) {
            stop = end(from: stop + 1) { !$0.endsSecret }
        }
        return SecretName.isLiteral(bytes, start..<stop) ? start..<start : start..<stop
    }

    /// To the quote behind as many backslashes as the opening one had, or to the end of a text that was cut.
    private func quoted(from start: Int, by quote: UInt8, behindBackslashes count: Int) -> Range<Int> {
        var backslashes = 0
        for offset in start..<bytes.count {
            if bytes[offset] == quote, backslashes == count { return start..<offset - count }
            // An even run is of escaped backslashes; only in front of an unescaped quote (count 0) does that matter.
            backslashes = bytes[offset] == .backslash ? backslashes + 1 : 0
            if count == 0, backslashes == 2 { backslashes = 0 }
        }
        return start..<bytes.count
    }

    private func end(from start: Int, while condition: (UInt8) -> Bool) -> Int {
        var end = start
        while end < bytes.count, condition(bytes[end]) { end += 1 }
        return end
    }
}

extension UInt8 {
    fileprivate static let hyphen = UInt8(ascii: "-")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let blank = UInt8(ascii: " ")
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let colon = UInt8(ascii: ":")
    fileprivate static let greater = UInt8(ascii: ">")

    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), .hyphen:
            true
        default: false
        }
    }

    fileprivate var isQuote: Bool {
        self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "`")
    }

    /// White space, quotes and what separates words in a shell, a query string or JSON.
    fileprivate var endsSecret: Bool {
        self <= .blank || isQuote || self == .backslash || ",;&|<>(){}[]".utf8.contains(self)
    }
}
