internal import Bus
internal import Storage

/// The ways in which the old hooks wrote the files of a tool call.
struct OldFilePaths: Equatable {
    private(set) var paths: [String] = []
    /// Something was kept otherwise than it was written, or left out.
    private(set) var isRepaired = false
    private var bytes = 0

    /// - nothing: no paths;
    /// - a JSON array: its strings; another element becomes its JSON text;
    /// - a JSON string: one path;
    /// - text of several lines: a path for each line;
    /// - text with commas: a path between each two, without blanks around it;
    /// - any other text: one path, also when it begins like JSON and is none.
    ///
    /// What is more than a live call may have is left out.
    init(_ value: OldValue) {
        guard let text = value.repairedText else { return }
        isRepaired = text.isRepaired
        switch text.string.utf8.first(where: { !$0.isBlank }) {
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\""):
            readJSON(text.string.utf8Span.span, otherwise: text.string)
        default:
            let bytes = Array(text.string.utf8)
            let separator = bytes.contains(UInt8(ascii: "\n")) ? UInt8(ascii: "\n") : UInt8(ascii: ",")
            for part in bytes.split(separator: separator) {
                append(String(decoding: Array(part).trimmed, as: UTF8.self))
            }
        }
    }

    private mutating func readJSON(_ bytes: Span<UInt8>, otherwise text: String) {
        var texts: [(string: String, isPath: Bool)] = []
        do throws(JSONError) {
            let value = try JSONScanner.validate(bytes)
            switch value.kind {
            case .string: texts.append((try JSONScanner.string(bytes, value), true))
            case .array:
                try JSONScanner.scanArray(bytes, in: value.range) { (element) throws(JSONError) in
                    switch element.kind {
                    case .null: break
                    case .string: texts.append((try JSONScanner.string(bytes, element), true))
                    default: texts.append((OldFilePaths.text(bytes.extracting(element.range)), false))
                    }
                }
            default: texts.append((text, false))
            }
        } catch {
            texts = [(text, false)]
        }
        for text in texts {
            isRepaired = isRepaired || !text.isPath
            // In JSON, U+0000 may stand behind an escape.
            if text.string.utf8.contains(0) {
                isRepaired = true
                append(OldValue.withoutNUL(text.string))
            } else {
                append(text.string)
            }
        }
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private mutating func append(_ path: String) {
        guard !path.isEmpty else { return }
        let size = path.utf8.count
        guard size <= NewAction.maximumPathLength, paths.count < NewAction.maximumPaths,
            bytes + size <= NewAction.maximumPathBytes
        else {
            isRepaired = true
            return
        }
        bytes += size
        paths.append(path)
    }
}
