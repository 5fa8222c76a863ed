internal import Bus
internal import HTTPTypes
internal import Storage

/// The fields of a JSON object in a request body, taken out one by one with their rules; what is wrong is collected and
/// thrown at once by `check`.
///
/// Null counts as absent everywhere, unknown fields are ignored, types are strict (no numbers in strings).
struct JSONBody {
    /// Fields of a body: each is compared with those before it.
    private static let maximumFields = 200
    /// Elements of an array of strings.
    private static let maximumStrings = 1000

    let bytes: [UInt8]
    private let fields: [(name: String, value: JSONValue)]
    private var problems: [String: [String]] = [:]

    /// Throws 400 unless `bytes` is one JSON object in which no name occurs twice.
    init(_ bytes: [UInt8]) throws(GatewayError) {
        self.bytes = bytes
        var fields: [(name: String, value: JSONValue)] = []
        fields.reserveCapacity(12)
        var count = 0
        do throws(JSONError) {
            let span = bytes.span
            try JSONScanner.scanObject(span) { (field) throws(JSONError) in
                count += 1
                guard count <= JSONBody.maximumFields else { return }
                fields.append((try JSONScanner.string(span, field.key), field.value))
            }
        } catch {
            // Well-formed JSON of another kind is not malformed.
            let isOther = error.code == .wrongKind
            throw GatewayError(
                .badRequest,
                isOther ? "Expected a JSON object" : "Malformed JSON: \(error.message)"
            )
        }
        guard count <= JSONBody.maximumFields else {
            throw GatewayError(.badRequest, "A body has at most \(JSONBody.maximumFields) fields")
        }
        self.fields = fields
        for (index, field) in fields.enumerated() where fields[..<index].contains(where: { $0.name == field.name }) {
            problem(field.name, "occurs twice")
        }
    }

    /// Throws `Validation failed` with everything that was wrong.
    func check() throws(GatewayError) {
        if !problems.isEmpty { throw .validation(problems) }
    }

    mutating func problem(_ name: String, _ text: String) { problems[name, default: []].append(text) }

    /// The value under `name` or else the first of `aliases` that is there and not null.
    func value(_ name: String, aliases: [String] = []) -> JSONValue? {
        if let field = fields.first(where: { $0.name == name }), field.value.kind != .null { return field.value }
        for alias in aliases {
            if let value = value(alias) { return value }
        }
        return nil
    }

    /// True if what is there under `name` or an alias is null.
    func isNull(_ name: String, aliases: [String] = []) -> Bool {
        fields.contains { $0.value.kind == .null && ($0.name == name || aliases.contains($0.name)) }
    }

    /// A string, under its name or an alias.
    mutating func string(_ name: String, aliases: [String] = []) -> String? {
        guard let value = value(name, aliases: aliases) else { return nil }
        guard value.kind == .string else {
            problem(name, "expected a string")
            return nil
        }
        do {
            return try JSONScanner.string(bytes.span, value)
        } catch {
            problem(name, error.message)
            return nil
        }
    }

    /// A string that must be there and not empty.
    mutating func requiredString(_ name: String, aliases: [String] = []) -> String {
        let isThere = value(name, aliases: aliases) != nil
        guard let text = string(name, aliases: aliases) else {
            if !isThere { problem(name, "\(name) is required") }
            return ""
        }
        if text.isEmpty { problem(name, "\(name) is required") }
        return text
    }

    /// One of a closed set of strings.
    mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String, required: Bool) -> Value?
    where Value.RawValue == String {
        guard let text = required ? requiredString(name) : string(name), problems[name] == nil else { return nil }
        if let value = Value(rawValue: text) { return value }
        problem(name, "expected one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    /// A whole number.
    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(name) else { return nil }
        guard value.kind == .number, let number = JSONScanner.integer(bytes.span, value) else {
            problem(name, "expected a whole number")
            return nil
        }
        guard let number = Int(exactly: number), range.contains(number) else {
            problem(name, "expected a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// `true` or `false`.
    mutating func bool(_ name: String, aliases: [String] = []) -> Bool? {
        guard let value = value(name, aliases: aliases) else { return nil }
        guard let bool = JSONScanner.bool(value) else {
            problem(name, "expected true or false")
            return nil
        }
        return bool
    }

    /// An array of strings.
    mutating func strings(_ name: String) -> [String]? {
        guard let value = value(name) else { return nil }
        do throws(JSONError) {
            return try JSONScanner.strings(bytes.span, value, limit: JSONBody.maximumStrings)
        } catch {
            problem(name, "expected an array of at most \(JSONBody.maximumStrings) strings")
            return nil
        }
    }

    /// A UUID in its text form.
    mutating func uuid(_ name: String) -> String? {
        guard let text = string(name) else { return nil }
        guard UUIDv7(text) != nil else {
            problem(name, "\(name) must be a valid UUID")
            return nil
        }
        return text.lowercased()
    }
}
