internal import Bus

extension RouteDescription {
    /// The schema of a body made of fields.
    func writeBody(to json: inout JSONWriter) {
        json.beginObject()
        json.field("type", "object")
        json.key("properties")
        json.beginObject()
        for field in body {
            json.key(field.name)
            field.writeSchema(isQuery: false, to: &json)
        }
        json.endObject()
        json.field("required", body.filter(\.isRequired).map(\.name))
        json.endObject()
    }
}

extension FieldDescription {
    /// The field as a parameter of a path or a query.
    func writeParameter(in place: String, to json: inout JSONWriter) {
        json.beginObject()
        json.field("name", name)
        json.field("in", place)
        json.field("required", place == "path" || isRequired)
        json.field("description", summary)
        if case .texts = type {
            json.field("style", "form")
            json.field("explode", false)
        }
        json.key("schema")
        writeSchema(isQuery: place != "path", to: &json)
        json.endObject()
    }

    func writeSchema(isQuery: Bool, to json: inout JSONWriter) {
        json.beginObject()
        let others = aliases.isEmpty ? "" : " (also: \(aliases.joined(separator: ", ")))"
        json.field("description", summary + others + (isQuery ? type.queryRemark : ""))
        // Null is the same as nothing in every optional field of a body.
        let takesNull = !isQuery && (!isRequired || isNullable)
        switch type {
        // No type is every type.
        case .anything: break
        case _ where takesNull: json.field("type", [type.typeName, "null"].compactMap { $0 })
        default: writeType(to: &json)
        }
        type.writeLimits(isRequired: isRequired, takesNull: takesNull, isQuery: isQuery, to: &json)
        writeDefault(to: &json)
        json.endObject()
    }

    private func writeType(to json: inout JSONWriter) {
        if case .content = type {
            json.field("type", ["object", "string"])
        } else {
            json.field("type", type.typeName ?? "object")
        }
    }

    private func writeDefault(to json: inout JSONWriter) {
        switch fallback {
        case .text(let text): json.field("default", text)
        case .integer(let number): json.field("default", number)
        case .number(let number): json.field("default", number)
        case .boolean(let bool): json.field("default", bool)
        case .uuid, .time, .texts, .uuids, .json, nil: break
        }
    }
}

extension FieldType {
    fileprivate var typeName: String? {
        switch self {
        case .text, .choice, .uuid, .time: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .texts, .uuids: "array"
        case .object, .content: "object"
        case .anything: nil
        }
    }

    fileprivate func writeLimits(isRequired: Bool, takesNull: Bool, isQuery: Bool, to json: inout JSONWriter) {
        switch self {
        case .text(let bytes): FieldType.write(bytes, to: &json)
        case .choice(let choices):
            json.key("enum")
            json.beginArray()
            for choice in choices { json.value(choice) }
            if takesNull { json.null() }
            json.endArray()
        case .integer(let range):
            json.field("minimum", range.lowerBound)
            if !isQuery { json.field("maximum", range.upperBound) }
        case .uuid: json.field("format", "uuid")
        case .time: json.field("format", "date-time")
        case .texts(let count, let bytes):
            json.field("maxItems", count)
            json.key("items")
            json.beginObject()
            json.field("type", "string")
            FieldType.write(bytes, to: &json)
            json.endObject()
        case .uuids(let count):
            json.field("maxItems", count)
            json.key("items")
            JSONSchema.uuid.write(to: &json)
        case .number, .boolean, .object, .content, .anything: break
        }
    }

    /// More than the maximum is the maximum there.
    fileprivate var queryRemark: String {
        if case .integer(let range) = self { "; more than \(range.upperBound) counts as that" } else { "" }
    }

    /// Characters, where the limit is one of bytes: no text that is longer can be right.
    private static func write(_ bytes: ClosedRange<Int>, to json: inout JSONWriter) {
        if bytes.lowerBound > 0 { json.field("minLength", 1) }
        json.field("maxLength", bytes.upperBound)
    }
}
