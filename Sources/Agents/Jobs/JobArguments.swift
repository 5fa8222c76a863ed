internal import Bus

/// What a job is asked to do: the members of a JSON object, taken out by its kind. What is wrong is collected and thrown
/// at once by `check`.
package struct JobArguments: Sendable {
    private var values: [String: Value] = [:]
    private var problems: [AgentsError.Problem] = []

    private enum Value: Sendable {
        case text(String)
        case bool(Bool)
        case number(Double)
        case other
    }

    /// Throws `invalid` unless `json` is one object.
    package init(_ json: [UInt8]) throws(AgentsError) {
        var values: [String: Value] = [:]
        do throws(JSONError) {
            let bytes = json.span
            try JSONScanner.scanObject(bytes) { (field) throws(JSONError) in
                guard field.value.kind != .null else { return }
                let value: Value =
                    switch field.value.kind {
                    case .string: .text(try JSONScanner.string(bytes, field.value))
                    case .true, .false: .bool(field.value.kind == .true)
                    case .number: .number(JSONScanner.double(bytes, field.value) ?? .nan)
                    default: .other
                    }
                values[try JSONScanner.string(bytes, field.key)] = value
            }
        } catch {
            throw AgentsError(.invalid, "The arguments of a job are a JSON object: \(error.message)")
        }
        self.values = values
    }

    /// A text; nil when absent or empty.
    mutating func text(_ name: String) -> String? {
        switch values[name] {
        case nil: return nil
        case .text(let text): return text.isEmpty ? nil : text
        default:
            problem(name, "expected a string")
            return nil
        }
    }

    /// `true` or `false`; nil when absent.
    mutating func bool(_ name: String) -> Bool? {
        switch values[name] {
        case nil: return nil
        case .bool(let bool): return bool
        default:
            problem(name, "expected true or false")
            return nil
        }
    }

    /// A number from 0; nil when absent.
    mutating func number(_ name: String) -> Double? {
        switch values[name] {
        case nil: return nil
        case .number(let number) where number >= 0: return number
        default:
            problem(name, "expected a number from 0")
            return nil
        }
    }

    mutating func problem(_ name: String, _ text: String) {
        problems.append(AgentsError.Problem(field: name, text: text))
    }

    /// Throws `invalid` with everything that was wrong.
    func check() throws(AgentsError) {
        if !problems.isEmpty { throw .invalid(problems) }
    }
}
