/// Counts words in the order of their first appearance. Its memory and its work are bounded by the text's length.
struct KeywordCounter {
    private struct Word {
        /// Where its bytes are in `text`.
        let start: Int32
        let length: Int32
        let hash: UInt32
        var count: Int32
    }

    private var text: [UInt8] = []
    /// The stop words first: they are found and counted like all others, and left out at the end.
    private var words: [Word] = []
    /// Open addressing: the index of a word plus one, or 0. A power of two, at most half full.
    private var slots = [UInt16](repeating: 0, count: 256)
    private var token = KeywordToken()

    private static let withStopWords = KeywordCounter(words: StopWords.all)

    /// A counter that knows the stop words.
    init() {
        self = Self.withStopWords
    }

    private init(words: [String]) {
        for word in words {
            for byte in word.utf8 { token.append(byte) }
            endToken()
        }
    }

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
    func mostFrequent(_ limit: Int) -> [String] {
        var best: [Int] = []
        for index in words.indices.dropFirst(Self.withStopWords.words.count) {
            if best.count == limit {
                guard let last = best.last, words[last].count < words[index].count else { continue }
                best.removeLast()
            }
            var place = best.count
            while place > 0, words[best[place - 1]].count < words[index].count { place -= 1 }
            best.insert(index, at: place)
        }
        return best.map { index in
            let word = words[index]
            return String(decoding: text[Int(word.start)..<Int(word.start + word.length)], as: UTF8.self)
        }
    }

    private mutating func add(_ scalar: Unicode.Scalar?) {
        if let scalar, scalar.isKeywordScalar { token.append(scalar) } else { endToken() }
    }

    private mutating func endToken() {
        if token.isEmpty { return }
        if token.isKeyword { countToken() }
        token.removeAll()
    }

    private mutating func countToken() {
        let hash = token.hash
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if words[index].hash == hash, token.equals(text, from: Int(words[index].start), words[index].length) {
                words[index].count += 1
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        words.append(Word(start: Int32(text.count), length: Int32(token.count), hash: hash, count: 1))
        token.copy(to: &text)
        slots[slot] = UInt16(words.count)
        if words.count * 2 > slots.count { growSlots() }
    }

    private mutating func growSlots() {
        slots = [UInt16](repeating: 0, count: slots.count * 2)
        for index in words.indices {
            var slot = Int(words[index].hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt16(index + 1)
        }
    }
}
