/// Keywords as clients list them: for a question, or for feedback.
package enum KeywordList {
    /// How many are looked at; more say nothing about one thing.
    package static let limit = 100

    /// In lower case, without blanks around them, each once, in their order; empty ones are left out.
    package static func normalized(_ keywords: [String]) -> [String] {
        var seen: Set<String> = []
        return keywords.map { trimmed($0.lowercased()) }.filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}
