/// The word that is being read, in lower case.
struct KeywordToken {
    /// In characters.
    static let lengths = 3...29

    /// 29 characters of at most four bytes, and what a lower-case form may add to the last one.
    private var bytes = [128 of UInt8](repeating: 0)
    private(set) var count = 0
    private var characters = 0
    private var letters = 0
    private var digits = 0
    /// Of the bytes so far, see `hash`.
    private var mixed = seed

    /// Secret, so that nobody can make a text whose words all have one hash.
    private static let seed = UInt64.random(in: 0 ... .max)

    /// A number that spreads well in all its bits.
    var hash: UInt32 { UInt32(truncatingIfNeeded: mixed ^ mixed >> 32) }

    /// Nothing was appended, not even what was too much.
    var isEmpty: Bool { characters == 0 }

    /// Long enough, short enough, and not likely to be a secret.
    ///
    /// Keys, tokens and hashes have at least 16 characters and mix letters with digits; words that people choose seldom
    /// have four digits. Longer secrets are too long to be keywords anyway.
    var isKeyword: Bool {
        guard Self.lengths.contains(characters) else { return false }
        return characters < 16 || digits < 4 || letters == 0
    }

    /// An ASCII letter in either case, a digit, `-` or `_`.
    mutating func append(_ byte: UInt8) {
        let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
        let lower = isUpper ? byte | 0x20 : byte
        if lower >= UInt8(ascii: "a") {
            letters += 1
        } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            digits += 1
        }
        characters += 1
        keep(lower)
    }

    @inline(__always)
    private mutating func keep(_ byte: UInt8) {
        // What is too long is only counted.
        guard characters <= Self.lengths.upperBound, count < bytes.count else { return }
        bytes[count] = byte
        count += 1
        mixed = (mixed ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
    }

    /// A letter, mark or digit of any script, `-` or `_`.
    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.isASCII { return append(UInt8(truncatingIfNeeded: scalar.value)) }
        if scalar.properties.generalCategory == .decimalNumber { digits += 1 } else { letters += 1 }
        characters += 1
        for byte in scalar.properties.lowercaseMapping.utf8 { keep(byte) }
    }

    mutating func removeAll() {
        count = 0
        characters = 0
        letters = 0
        digits = 0
        mixed = Self.seed
    }

    func equals(_ text: [UInt8], from start: Int, _ length: Int32) -> Bool {
        guard Int(length) == count else { return false }
        for index in 0..<count where text[start + index] != bytes[index] { return false }
        return true
    }

    func copy(to text: inout [UInt8]) {
        text.append(addingCapacity: count) { output in
            for index in 0..<count { output.append(bytes[index]) }
        }
    }
}
