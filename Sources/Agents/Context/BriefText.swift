/// The lines of a brief while it is written. Whatever comes from outside gets in through `QuotedText` only.
struct BriefText {
    private(set) var lines: [String] = []

    /// A section of the brief.
    mutating func section(_ title: String) {
        lines.append("")
        lines.append("## \(title)")
    }

    /// A part of a section.
    mutating func part(_ title: String) { lines.append("### \(title)") }

    mutating func line(_ text: String) { lines.append(text) }

    mutating func item(_ text: String) { lines.append("- \(text)") }

    /// An entry of a list of things to do.
    mutating func check(_ text: String) { lines.append("- [ ] \(text)") }

    /// Lines that somebody else wrote, each of which says so by the mark at its start; as many as take at most `units`
    /// UTF-16 units.
    mutating func quotation(_ text: String, units: Int) {
        var room = units
        for line in text.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline) {
            let quoted = "> \(QuotedText.quote(String(line), limit: 2000))"
            room -= quoted.utf16.count + 1
            guard room >= 0 else { return lines.append("> …") }
            lines.append(quoted)
        }
    }
}
