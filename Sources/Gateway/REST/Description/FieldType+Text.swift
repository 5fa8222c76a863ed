internal import Bus
internal import Storage

extension FieldType {
    /// Why a text is no value of a field.
    struct Refusal: Error {
        let text: String
        /// There is a text, and nothing in it.
        var isOfEmptyText = false
    }

    /// The value that a text of a path or a query stands for.
    func value(ofText text: String, name: String) throws(Refusal) -> FieldValue {
        switch self {
        case .text, .choice, .uuid, .time: return try value(ofString: text, name: name)
        case .integer(let range):
            guard let number = Int(text), number >= range.lowerBound else {
                throw Refusal(text: "expected a whole number from \(range.lowerBound)")
            }
            return .integer(min(number, range.upperBound))
        case .number:
            guard let number = Double(text), number.isFinite else { throw Refusal(text: "expected a number") }
            return .number(number)
        case .boolean:
            switch text {
            case "true", "1": return .boolean(true)
            case "false", "0": return .boolean(false)
            default: throw Refusal(text: "expected true or false")
            }
        case .texts(let count, let bytes):
            let texts = text.split(separator: ",").map(String.init)
            return .texts(try FieldType.checked(texts, count: count, bytes: bytes))
        case .uuids, .object, .content, .anything: throw Refusal(text: "expected in the body")
        }
    }

    /// The value that a JSON string stands for.
    func value(ofString text: String, name: String) throws(Refusal) -> FieldValue {
        switch self {
        case .text(let bytes):
            if text.isEmpty, bytes.lowerBound > 0 { throw Refusal(text: "\(name) is required", isOfEmptyText: true) }
            try FieldType.check(text, bytes)
            return .text(text)
        case .choice(let choices):
            guard choices.contains(text) else {
                throw Refusal(text: "expected one of \(choices.joined(separator: ", "))")
            }
            return .text(text)
        case .uuid:
            guard let id = UUIDv7(text) else { throw Refusal(text: "\(name) must be a valid UUID") }
            return .uuid(id)
        case .time:
            guard let time = Timestamp(iso8601: text) else {
                throw Refusal(text: "expected a time as 2026-11-23T17:00:00Z")
            }
            return .time(time)
        case .integer, .number, .boolean, .texts, .uuids, .object, .content, .anything:
            throw Refusal(text: "expected \(kind)")
        }
    }

    static func checked(_ texts: [String], count: Int, bytes: ClosedRange<Int>) throws(Refusal) -> [String] {
        guard texts.count <= count else { throw Refusal(text: "expected at most \(count) strings") }
        for text in texts { try check(text, bytes) }
        return texts
    }

    private static func check(_ text: String, _ bytes: ClosedRange<Int>) throws(Refusal) {
        let count = text.utf8.count
        if count > bytes.upperBound { throw Refusal(text: "at most \(bytes.upperBound) bytes") }
        if count < bytes.lowerBound { throw Refusal(text: "at least \(bytes.lowerBound) bytes") }
        if text.utf8.contains(0) { throw Refusal(text: "must not contain NUL (U+0000)") }
    }

    /// What JSON calls it, with its article.
    var kind: String {
        switch self {
        case .text, .choice, .uuid, .time: "a string"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .texts: "an array of strings"
        case .uuids: "an array of UUIDs"
        case .object: "an object"
        case .content: "an object or a string"
        case .anything: "a JSON value"
        }
    }
}
