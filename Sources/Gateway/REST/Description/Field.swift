/// A field of a request with the type of its value. Made once, named in the description of a route, and used as the key
/// to the value:
///
///     static let path = Field.text("path", bytes: 1...4096, "The project's folder").required
///     static let limit = Field.integer("limit", in: 1...1000, "Rows of one page").or(100)
///
/// A path or a query has texts only; the types are the same there.
struct Field<Value: Sendable>: Sendable, DescribedField {
    private(set) var description: FieldDescription
    let value: @Sendable (FieldValue) -> Value?

    init(
        _ name: String,
        _ type: FieldType,
        aliases: [String] = [],
        _ summary: String,
        value: @escaping @Sendable (FieldValue) -> Value?
    ) {
        description = FieldDescription(name: name, aliases: aliases, type: type, summary: summary)
        self.value = value
    }

    /// It has to be there, and a text not to be empty.
    var required: Field { with { $0.isRequired = true } }

    /// It has to be there, and its absence has these words for an answer instead of `details`.
    func required(orElse message: String) -> Field {
        with {
            $0.isRequired = true
            $0.missing = message
        }
    }

    /// `null` says something else than nothing: see `FieldValues.isNull`.
    var nullable: Field { with { $0.isNullable = true } }

    private func with(_ change: (inout FieldDescription) -> Void) -> Field {
        var field = self
        change(&field.description)
        return field
    }

    /// What stands for an absent value.
    func or(value fallback: FieldValue) -> Field { with { $0.fallback = fallback } }
}

/// A field of any type.
protocol DescribedField: Sendable {
    var description: FieldDescription { get }
}

/// What a field is called and may hold.
struct FieldDescription: Sendable, Equatable {
    let name: String
    /// Names under which clients of the original send it; its own name goes first.
    let aliases: [String]
    let type: FieldType
    /// For people.
    let summary: String
    fileprivate(set) var isRequired = false
    /// The whole answer to a request without it; nil for one with details.
    fileprivate(set) var missing: String?
    /// Stands for what is absent.
    fileprivate(set) var fallback: FieldValue?
    fileprivate(set) var isNullable = false
}
