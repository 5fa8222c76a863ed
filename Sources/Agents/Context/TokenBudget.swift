/// How much of a text a language model is given. A token is taken for four UTF-16 units, as in the original: close
/// enough for English, and the same on every machine.
struct TokenBudget: Equatable, Sendable {
    private let tokens: Int
    private static let unitsPerToken = 4
    private static let note = ["", "---", "*Cut: more is known than fits.*"]

    init(tokens: Int) { self.tokens = tokens }

    /// Half of the room, for a part that must not take all of it.
    var halfUnits: Int { tokens * TokenBudget.unitsPerToken / 2 }

    /// What fits of a text, and what it costs.
    struct Fit: Equatable, Sendable {
        var text: String
        var tokens: Int
        var isTruncated: Bool
    }

    static func tokens(of text: String) -> Int { (text.utf16.count + unitsPerToken - 1) / unitsPerToken }

    /// Whole lines while they fit; where they don't, a note says that there is more. A line is never cut, so a quotation
    /// keeps its closing quote. The note is within the budget, which is what a truncated text counts as.
    func fit(_ lines: [String]) -> Fit {
        let whole = lines.joined(separator: "\n")
        let count = TokenBudget.tokens(of: whole)
        guard count > tokens else { return Fit(text: whole, tokens: count, isTruncated: false) }
        // Each line of the note has its line end in front.
        var room = tokens * TokenBudget.unitsPerToken - TokenBudget.note.reduce(0) { $0 + $1.utf16.count + 1 }
        var kept: [String] = []
        for line in lines {
            room -= line.utf16.count + (kept.isEmpty ? 0 : 1)
            guard room >= 0 else { break }
            kept.append(line)
        }
        // A heading at the end announces what isn't there.
        while let last = kept.last, last.isEmpty || last.hasPrefix("#") && kept.count > 1 { kept.removeLast() }
        return Fit(text: (kept + TokenBudget.note).joined(separator: "\n"), tokens: tokens, isTruncated: true)
    }
}
