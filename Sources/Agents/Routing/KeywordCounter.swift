/// Counts words in the order of their first appearance. Its memory and its work are bounded by the text's length.
struct KeywordCounter {
    private var words = WordTable(slots: 64)
    private var token = KeywordToken()

    /// Shared by all counters: a copy for each text would cost more than most texts.
    private static let stopWords: WordTable = {
        var words = WordTable(slots: 256)
        for word in StopWords.all {
            var token = KeywordToken()
            for byte in word.utf8 { token.append(byte) }
            words.count(token)
        }
        return words
    }()

    /// Counts the words of a text, which starts and ends between words.
    ///
    /// - Parameter isEscaped: The bytes stand in a JSON string, whose escapes are to be understood.
    mutating func count(_ bytes: Span<UInt8>, isEscaped: Bool) {
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte.isKeywordByte {
                token.append(byte)
                position += 1
            } else if byte >= 0x80 {
                add(bytes.scalar(at: &position))
            } else if isEscaped, byte == UInt8(ascii: "\\") {
                add(bytes.escapedScalar(at: &position))
            } else {
                endToken()
                position += 1
            }
        }
        endToken()
    }

    /// The words that were counted most often, ties by first appearance.
    func mostFrequent(_ limit: Int) -> [String] { words.mostFrequent(limit) }

    private mutating func add(_ scalar: Unicode.Scalar?) {
        if let scalar, scalar.isKeywordScalar { token.append(scalar) } else { endToken() }
    }

    private mutating func endToken() {
        if token.isEmpty { return }
        if token.isKeyword, !Self.stopWords.contains(token) { words.count(token) }
        token.removeAll()
    }
}
