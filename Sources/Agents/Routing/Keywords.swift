/// The words of a text that say what it is about: what routing learns from the input of a tool, and looks up for `q`.
///
/// Words are runs of letters, marks and digits of any script, `-` and `_`, in lower case. Of those with 3 to 29
/// characters that are no stop words, the most frequent ten are taken, ties by first appearance. Not normalised: a
/// character written in one code point and in two makes two words.
///
/// A text that is a JSON object or array, whole or cut short, counts with the contents of its string values only: its
/// keys are the same for every use of a tool and would be learnt for everything.
package enum Keywords {
    /// How many words are taken.
    package static let limit = 10
    /// How many bytes of a text are looked at; a word across this border isn't counted.
    package static let maximumBytes = 16_384

    /// The words of the text, the most frequent first.
    package static func extract(from text: String) -> [String] {
        extract(from: text.utf8Span.span)
    }

    /// The same over UTF-8 bytes; what isn't UTF-8 separates words.
    package static func extract(from bytes: Span<UInt8>) -> [String] {
        let looked = bytes.extracting(first: lookedAt(bytes))
        var counter = KeywordCounter()
        if JSONText.isJSON(looked) {
            JSONText.forEachStringValue(looked) { contents in
                counter.count(looked.extracting(contents), isEscaped: true)
            }
        } else {
            counter.count(looked, isEscaped: false)
        }
        return counter.mostFrequent(limit)
    }

    /// The number of bytes to look at: the limit, less the part of a word that it cuts.
    private static func lookedAt(_ bytes: Span<UInt8>) -> Int {
        guard bytes.count > maximumBytes else { return bytes.count }
        var end = maximumBytes
        // A longer run is no word that counts, so its length doesn't matter.
        while end > maximumBytes - 128, bytes[end - 1] >= 0x80 || bytes[end - 1].isKeywordByte { end -= 1 }
        return end
    }
}

extension UInt8 {
    /// An ASCII letter or digit, `-` or `_`.
    var isKeywordByte: Bool {
        // One bit for each ASCII character: four comparisons for every byte of every input are too many.
        let set: UInt64 = self < 64 ? 0x03FF_2000_0000_0000 : 0x07FF_FFFE_87FF_FFFE
        return self < 0x80 && set >> UInt64(self & 63) & 1 == 1
    }
}
