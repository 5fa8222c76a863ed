internal import Bus

/// A document without what lies deeper than the scanner goes: `null` stands in the place of each container below.
///
/// What is left out is not checked; all the rest is, when the copy is scanned.
struct ShallowJSON {
    private(set) var bytes: [UInt8] = []
    /// Where in the copy the first and the last `null` of ours are.
    private var first: Int?
    private var last = 0

    init(_ document: Span<UInt8>, maximumDepth: Int = JSONScanner.maximumDepth) {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for offset in document.indices {
            let byte = document[offset]
            let isStructure = !isInString
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = isInString && byte == UInt8(ascii: "\\") && !isEscaped
            if isStructure, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
                if depth == maximumDepth + 1 { leaveOut() }
            }
            if depth <= maximumDepth { bytes.append(byte) }
            if isStructure, byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
        }
    }

    private mutating func leaveOut() {
        last = bytes.count
        first = first ?? last
        bytes.append(contentsOf: "null".utf8)
    }

    /// True if something is missing between the two places of the copy.
    func isCut(in range: Range<Int>) -> Bool {
        first.map(range.contains) == true || first != nil && range.contains(last)
    }
}
