internal import HTTPTypes

/// A request whose fields are decoded and checked as its route's description says.
struct RouteInput: Sendable {
    let request: RESTRequest
    let path: FieldValues
    let query: FieldValues
    let body: FieldValues

    /// Throws 400 with everything that is wrong with the path, or else with the query, or else with the body.
    init(_ request: RESTRequest, _ description: RouteDescription) throws(GatewayError) {
        self.request = request
        path = try RouteInput.values(of: description.path, error: "Validation failed") { request.parameter($0) }
        query = try RouteInput.values(of: description.query, error: "Invalid query parameters") { request.query[$0] }
        if description.body.isEmpty {
            body = FieldValues()
        } else {
            var json = try JSONBody(request.body)
            body = try json.values(of: description.body)
        }
    }

    private static func values(
        of fields: [FieldDescription],
        error: String,
        _ text: (String) -> String?
    ) throws(GatewayError) -> FieldValues {
        var values = FieldValues()
        var details: [String: [String]] = [:]
        for field in fields {
            let found = ([field.name] + field.aliases).lazy.compactMap(text).first { !$0.isEmpty || !field.type.isText }
            guard let found else {
                if field.missing != nil { throw .missing(field) }
                if field.isRequired { details[field.name] = ["\(field.name) is required"] }
                values.set(field, nil)
                continue
            }
            do throws(FieldType.Refusal) {
                values.set(field, try field.type.value(ofText: found, name: field.name))
            } catch {
                details[field.name] = [error.text]
            }
        }
        guard details.isEmpty else { throw GatewayError(.badRequest, error, details: details) }
        return values
    }

    /// True if the caller would rather have an old answer at once than wait for what was recorded just now.
    var allowsStale: Bool { query[CommonFields.stale] ?? false }
}

extension FieldType {
    /// An empty text says as little as none.
    fileprivate var isText: Bool {
        switch self {
        case .text, .choice, .texts: true
        case .integer, .number, .boolean, .uuid, .time, .uuids, .object, .content, .anything: false
        }
    }
}

/// Fields that many routes have.
enum CommonFields {
    static let id = Field.uuid("id", "Its id").required
    static let limit = Field.integer("limit", in: 1...1000, "Rows of one page").or(100)
    static let offset = Field.integer("offset", in: 0...Int(Int32.max), "Rows to leave out").or(0)
    static let stale = Field.boolean("stale", "Answers at once, from what the store has already").or(false)
}
