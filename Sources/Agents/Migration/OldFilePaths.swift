internal import Bus

/// The ways in which the old hooks wrote the files of a tool call.
struct OldFilePaths: Equatable {
    var paths: [String] = []
    /// Something was kept otherwise than it was written.
    var isRepaired = false

    /// - nothing: no paths;
    /// - a JSON array: its strings; another element becomes its JSON text;
    /// - a JSON string: one path;
    /// - text of several lines: a path for each line;
    /// - text with commas: a path between each two, without blanks around it;
    /// - any other text: one path, also when it begins like JSON and is none.
    init(_ value: OldValue) {
        guard let text = value.repairedText else { return }
        isRepaired = text.isRepaired
        let bytes = Array(text.string.utf8)
        switch bytes.trimmed.first {
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\""):
            readJSON(bytes, otherwise: text.string)
        default:
            let separator: Character = bytes.trimmed.contains(UInt8(ascii: "\n")) ? "\n" : ","
            paths = text.string.split(separator: separator).compactMap { part in
                let path = String(decoding: Array(part.utf8).trimmed, as: UTF8.self)
                return path.isEmpty ? nil : path
            }
        }
    }

    private mutating func readJSON(_ bytes: [UInt8], otherwise text: String) {
        do throws(JSONError) {
            let value = try JSONScanner.scan(bytes.span)
            switch value.kind {
            case .string: append(try JSONScanner.string(bytes.span, value))
            case .array:
                for element in try JSONScanner.elements(bytes.span, value) { try append(element, of: bytes) }
            default: keep(text)
            }
        } catch {
            paths = []
            keep(text)
        }
    }

    private mutating func append(_ element: JSONValue, of bytes: [UInt8]) throws(JSONError) {
        if element.kind == .string { return append(try JSONScanner.string(bytes.span, element)) }
        if element.kind == .null { return }
        keep(String(decoding: bytes[element.range], as: UTF8.self))
    }

    /// A path from JSON, where `\u0000` may stand.
    private mutating func append(_ path: String) {
        guard let text = OldValue.text(Array(path.utf8)).repairedText else { return }
        paths.append(text.string)
        isRepaired = isRepaired || text.isRepaired
    }

    private mutating func keep(_ text: String) {
        paths.append(text)
        isRepaired = true
    }
}
