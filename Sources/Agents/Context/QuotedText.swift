/// Texts by others as they stand in a brief. A brief is read by a language model, and what another agent, a user or a
/// file name says must not pass for the brief's own words: it stands on one line, between double quotes that it can't
/// close, without anything that is invisible.
enum QuotedText {
    /// Longest names and paths that stand without quotes.
    private static let longestName = 64
    private static let longestPath = 200

    /// `"text"` on one line. Quotes and backslashes in it are escaped as in JSON, white space and line ends of any kind
    /// become one blank, what can't be seen is left out; beyond `limit` characters it ends with an ellipsis.
    static func quote(_ text: String, limit: Int) -> String {
        var quoted = "\""
        var count = 0
        var mustSeparate = false
        for scalar in text.unicodeScalars {
            if isSeparator(scalar) {
                mustSeparate = count > 0
                continue
            }
            guard isVisible(scalar) else { continue }
            // One character beyond the limit shows that there is more.
            guard count + (mustSeparate ? 1 : 0) < limit else {
                quoted.append("…")
                break
            }
            if mustSeparate {
                quoted.append(" ")
                count += 1
                mustSeparate = false
            }
            if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
            quoted.unicodeScalars.append(scalar)
            count += 1
        }
        return quoted + "\""
    }

    /// A name as it is where nothing in it could be misread, else quoted.
    static func name(_ text: String) -> String { isPlain(text, longestName) ? text : quote(text, limit: longestName) }

    /// The same for paths, which are longer.
    static func path(_ text: String) -> String { isPlain(text, longestPath) ? text : quote(text, limit: longestPath) }

    private static func isPlain(_ text: String, _ longest: Int) -> Bool {
        (1...longest).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_-./@:+".utf8.contains(byte)
                }
            }
    }

    /// White space, and whatever a terminal or a model may take for the end of a line.
    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// False for marks of direction, tags, zero-width signs and variation selectors: in them a text can carry what its
    /// reader doesn't see.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .format, .privateUse, .unassigned, .surrogate: false
        default: !scalar.properties.isVariationSelector && !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
