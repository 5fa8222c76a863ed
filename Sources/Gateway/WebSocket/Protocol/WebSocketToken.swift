/// The tokens of HTTP (RFC 9110 section 5.6.2) as the handshake uses them.
enum WebSocketToken {
    /// Whether a token may contain this byte.
    static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// The elements of comma-separated lists, without blanks around them and without empty ones.
    static func list(_ fields: [String]) -> [String] {
        fields.flatMap { $0.split(separator: ",") }.compactMap { element in
            let isBlank = { (character: Character) in character == " " || character == "\t" }
            var trimmed = element.drop(while: isBlank)
            while let last = trimmed.last, isBlank(last) { trimmed.removeLast() }
            return trimmed.isEmpty ? nil : String(trimmed)
        }
    }
}
