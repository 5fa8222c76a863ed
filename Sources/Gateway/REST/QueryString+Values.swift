internal import Bus
internal import HTTPTypes

/// Query parameters with their rules; a value that breaks one is answered with 400.
extension QueryString {
    /// A whole number; `fallback` when absent. Above the range it is the upper bound, so that a client that asks for
    /// everything gets as much as there is; below it is a mistake.
    func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(GatewayError) -> Int {
        guard let text = self[name] else { return fallback }
        guard let number = Int(text), number >= range.lowerBound else {
            throw QueryString.invalid(name, "expected a whole number from \(range.lowerBound)")
        }
        return min(number, range.upperBound)
    }

    /// A number.
    func double(_ name: String, default fallback: Double) throws(GatewayError) -> Double {
        guard let text = self[name] else { return fallback }
        guard let number = Double(text), number.isFinite else { throw QueryString.invalid(name, "expected a number") }
        return number
    }

    /// `true` or `false`.
    func bool(_ name: String, default fallback: Bool) throws(GatewayError) -> Bool {
        switch self[name] {
        case nil: fallback
        case "true": true
        case "false": false
        default: throw QueryString.invalid(name, "expected true or false")
        }
    }

    /// A point in time in ISO 8601, nil when absent.
    func time(_ name: String) throws(GatewayError) -> Timestamp? {
        guard let text = self[name] else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw QueryString.invalid(name, "expected a time like 2026-11-23T17:00:00Z")
        }
        return time
    }

    /// The text, nil when absent or empty.
    func text(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// True if the caller would rather have an old answer at once than wait for what was recorded just now.
    var allowsStale: Bool { self["stale"] == "1" || self["stale"] == "true" }

    private static func invalid(_ name: String, _ text: String) -> GatewayError {
        GatewayError(.badRequest, "Invalid query parameters", details: [name: [text]])
    }
}
