import TestSupport

/// Valid documents with all that the grammar has, and ways to damage them.
enum RandomJSON {
    static func document(using random: inout SeededGenerator) -> [UInt8] {
        blank(using: &random) + value(depth: 0, using: &random) + blank(using: &random)
    }

    static func string(using random: inout SeededGenerator) -> [UInt8] {
        var text: [UInt8] = [0x22]
        for _ in 0..<Int.random(in: 0..<20, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                text += Array(
                    pick(["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"], using: &random).utf8
                )
            case 1:
                text += Array(pick(["\\u00e9", "\\u0000", "\\uD83D\\uDE00", "\\uFFFF"], using: &random).utf8)
            case 2:
                text += Array(
                    pick(["é", "\u{7FF}", "\u{800}", "\u{FFFD}", "😀", "\u{10FFFF}"], using: &random).utf8
                )
            default:
                let byte = UInt8.random(in: 0x20...0x7F, using: &random)
                text.append(byte == 0x22 || byte == 0x5C ? 0x61 : byte)
            }
        }
        return text + [0x22]
    }

    /// Changes one to three places: a byte replaced, removed, put in or doubled, a piece cut off.
    static func mutate(_ document: inout [UInt8], using random: inout SeededGenerator) {
        let interesting =
            Array("{}[]\",:\\/ubtrue0123456789.eE+-\u{0}\u{1F}\u{7F}\n \u{C3}\u{A9}".utf8) + [0x80, 0xC0, 0xED, 0xFF]
        for _ in 0...Int.random(in: 0..<3, using: &random) where !document.isEmpty {
            let place = Int.random(in: document.indices, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: document[place] = pick(interesting, using: &random)
            case 1: document.remove(at: place)
            case 2: document.insert(pick(interesting, using: &random), at: place)
            case 3: document.insert(document[place], at: place)
            default: document.removeLast(min(document.count, Int.random(in: 0..<4, using: &random)))
            }
        }
    }

    /// A number that a double can't hold needs an exponent of three digits or very many digits.
    static func mayOverflow(_ document: [UInt8]) -> Bool {
        document.indices.contains { index in
            (document[index] | 0x20) == UInt8(ascii: "e")
                && document[index...].dropFirst().prefix(4).count { (0x30...0x39).contains($0) } >= 3
        }
    }

    private static func value(depth: Int, using random: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &random) {
        case 0: return Array(pick(["true", "false", "null"], using: &random).utf8)
        case 1, 2: return string(using: &random)
        case 3, 4: return number(using: &random)
        case 5:
            return container("[", "]", using: &random) { random in
                blank(using: &random) + value(depth: depth + 1, using: &random) + blank(using: &random)
            }
        default:
            return container("{", "}", using: &random) { random in
                blank(using: &random) + string(using: &random) + blank(using: &random) + [0x3A] + blank(using: &random)
                    + value(depth: depth + 1, using: &random) + blank(using: &random)
            }
        }
    }

    private static func container(
        _ opening: Unicode.Scalar,
        _ closing: Unicode.Scalar,
        using random: inout SeededGenerator,
        element: (inout SeededGenerator) -> [UInt8]
    ) -> [UInt8] {
        var elements: [[UInt8]] = []
        for _ in 0..<Int.random(in: 0..<4, using: &random) { elements.append(element(&random)) }
        return [UInt8(ascii: opening)] + elements.joined(separator: [0x2C]) + [UInt8(ascii: closing)]
    }

    private static func number(using random: inout SeededGenerator) -> [UInt8] {
        var text = Bool.random(using: &random) ? "-" : ""
        text += String(UInt64.random(in: 0..<(1 << UInt64.random(in: 1..<60, using: &random)), using: &random))
        if Bool.random(using: &random) { text += ".\(Int.random(in: 0..<1000, using: &random))" }
        if Int.random(in: 0..<4, using: &random) == 0 {
            text += pick(["e", "E", "e+", "E-"], using: &random) + "\(Int.random(in: 0..<20, using: &random))"
        }
        return Array(text.utf8)
    }

    private static func blank(using random: inout SeededGenerator) -> [UInt8] {
        Array(pick(["", "", "", " ", "\n", "\t \r\n"], using: &random).utf8)
    }

    private static func pick<Choice>(_ choices: [Choice], using random: inout SeededGenerator) -> Choice {
        choices[Int.random(in: choices.indices, using: &random)]
    }
}
