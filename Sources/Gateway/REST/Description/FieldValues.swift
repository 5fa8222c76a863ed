internal import HTTPTypes

/// The values of a description's fields in one request, all of them checked.
struct FieldValues: Sendable {
    private var values: [String: FieldValue] = [:]
    private var nulls: Set<String> = []
    /// True if the request had none of the fields: a fallback doesn't count.
    private(set) var isEmpty = true

    init() {}

    mutating func set(_ field: FieldDescription, _ value: FieldValue?) {
        if value != nil { isEmpty = false }
        values[field.name] = value ?? field.fallback
    }

    mutating func setNull(_ field: FieldDescription) {
        isEmpty = false
        nulls.insert(field.name)
    }

    /// The value, or what the field has instead of it; nil if it is absent.
    subscript<Value>(field: Field<Value>) -> Value? {
        values[field.description.name].flatMap(field.value)
    }

    /// The value of a field that has to be there. Throws what its absence is answered with, for a field that the
    /// description doesn't require.
    func required<Value>(_ field: Field<Value>) throws(GatewayError) -> Value {
        guard let value = self[field] else { throw .missing(field.description) }
        return value
    }

    /// True if a nullable field was `null`.
    func isNull<Value>(_ field: Field<Value>) -> Bool { nulls.contains(field.description.name) }
}

extension GatewayError {
    /// A field that has to be there is not.
    static func missing(_ field: FieldDescription) -> GatewayError {
        if let message = field.missing { return GatewayError(.badRequest, message) }
        return .validation([field.name: ["\(field.name) is required"]])
    }
}
