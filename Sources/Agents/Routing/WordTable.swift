/// Words with a count each, in the order of their first appearance.
struct WordTable {
    private struct Word {
        /// Where its bytes are in `text`.
        let start: Int32
        let length: Int32
        let hash: UInt32
        var count: Int32
    }

    private var text: [UInt8] = []
    private var words: [Word] = []
    /// Open addressing: the index of a word plus one, or 0. A power of two, at most half full.
    private var slots: [UInt16]

    /// - Parameter slots: A power of two; grows when half of them are taken.
    init(slots: Int) {
        self.slots = [UInt16](repeating: 0, count: slots)
    }

    /// Whether the word is there.
    func contains(_ token: KeywordToken) -> Bool { slots[slot(of: token)] != 0 }

    /// Counts the word once more, or for the first time.
    mutating func count(_ token: KeywordToken) {
        let slot = slot(of: token)
        guard slots[slot] == 0 else {
            words[Int(slots[slot]) - 1].count += 1
            return
        }
        words.append(Word(start: Int32(text.count), length: Int32(token.count), hash: token.hash, count: 1))
        token.copy(to: &text)
        slots[slot] = UInt16(words.count)
        if words.count * 2 > slots.count { growSlots() }
    }

    /// The words that were counted most often, ties by first appearance.
    func mostFrequent(_ limit: Int) -> [String] {
        var best: [Int] = []
        best.reserveCapacity(limit)
        for index in words.indices {
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

    /// The slot of the word, or the empty one that it would get.
    private func slot(of token: KeywordToken) -> Int {
        let hash = token.hash
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let word = words[Int(slots[slot]) - 1]
            if word.hash == hash, token.equals(text, from: Int(word.start), word.length) { return slot }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
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
