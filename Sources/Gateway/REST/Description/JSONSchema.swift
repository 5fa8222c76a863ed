internal import Bus

/// What a JSON value looks like, as OpenAPI 3.1 (JSON Schema 2020-12) writes it down.
indirect enum JSONSchema: Sendable {
    case text
    case uuid
    case time
    case choice([String])
    case integer
    case number
    case boolean
    /// Whatever a client put there.
    case anything
    case array(JSONSchema)
    /// The members that are always there, but for those that are `sometimes`; see `object`.
    case members([JSONMember])
    /// An object with names that aren't known in advance.
    case map(JSONSchema)
    /// Or null.
    case optional(JSONSchema)
    /// A member that may be missing.
    case sometimes(JSONSchema)
    /// Is described once for all answers that have it.
    case named(String, JSONSchema)
}

/// The name of an object's member, and what it is.
typealias JSONMember = (name: String, schema: JSONSchema)

extension JSONSchema {
    /// An object, its members written as a dictionary.
    static func object(_ members: KeyValuePairs<String, JSONSchema>) -> JSONSchema {
        .members(members.map { ($0.key, $0.value) })
    }

    /// Writes the schema; what has a name is only referred to.
    func write(to json: inout JSONWriter) {
        switch self {
        case .named(let name, _):
            json.beginObject()
            json.field("$ref", "#/components/schemas/\(name)")
            json.endObject()
        case .optional(let schema):
            json.beginObject()
            json.key("anyOf")
            json.beginArray()
            schema.write(to: &json)
            JSONSchema.write(type: "null", to: &json)
            json.endArray()
            json.endObject()
        case .sometimes(let schema): schema.write(to: &json)
        default:
            json.beginObject()
            writeMembers(to: &json)
            json.endObject()
        }
    }

    private static func write(type: String, to json: inout JSONWriter) {
        json.beginObject()
        json.field("type", type)
        json.endObject()
    }

    private func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .text: json.field("type", "string")
        case .uuid:
            json.field("type", "string")
            json.field("format", "uuid")
        case .time:
            json.field("type", "string")
            json.field("format", "date-time")
        case .choice(let choices):
            json.field("type", "string")
            json.field("enum", choices)
        case .integer: json.field("type", "integer")
        case .number: json.field("type", "number")
        case .boolean: json.field("type", "boolean")
        case .array(let element):
            json.field("type", "array")
            json.key("items")
            element.write(to: &json)
        case .map(let value):
            json.field("type", "object")
            json.key("additionalProperties")
            value.write(to: &json)
        case .members(let members):
            json.field("type", "object")
            json.key("properties")
            json.beginObject()
            for (name, schema) in members {
                json.key(name)
                schema.write(to: &json)
            }
            json.endObject()
            json.field("required", members.filter { !$0.schema.mayBeMissing }.map(\.name))
        case .anything, .optional, .sometimes, .named: break
        }
    }

    private var mayBeMissing: Bool {
        if case .sometimes = self { true } else { false }
    }

    /// What occurs in it under a name.
    func collectNamed(into schemas: inout [String: JSONSchema]) {
        switch self {
        case .named(let name, let schema):
            schemas[name] = schema
            schema.collectNamed(into: &schemas)
        case .array(let schema), .map(let schema), .optional(let schema), .sometimes(let schema):
            schema.collectNamed(into: &schemas)
        case .members(let members): for (_, schema) in members { schema.collectNamed(into: &schemas) }
        case .text, .uuid, .time, .choice, .integer, .number, .boolean, .anything: break
        }
    }
}
