internal import Bus
internal import Storage

extension JSONBody {
    /// Takes described fields out of the body; whatever is wrong with any of them is thrown at once.
    mutating func values(of fields: [FieldDescription]) throws(GatewayError) -> FieldValues {
        var values = FieldValues()
        var missing: GatewayError?
        for field in fields {
            guard let value = value(field.name, aliases: field.aliases) else {
                if field.isNullable, isNull(field.name, aliases: field.aliases) {
                    values.setNull(field)
                } else if field.isRequired {
                    if field.missing != nil { missing = missing ?? .missing(field) }
                    problem(field.name, "\(field.name) is required")
                } else {
                    values.set(field, nil)
                }
                continue
            }
            do throws(FieldType.Refusal) {
                values.set(field, try self.value(value, as: field.type, name: field.name))
            } catch {
                if error.isOfEmptyText, field.missing != nil { missing = missing ?? .missing(field) }
                problem(field.name, error.text)
            }
        }
        if let missing { throw missing }
        try check()
        return values
    }

    private func value(
        _ value: JSONValue,
        as type: FieldType,
        name: String
    ) throws(FieldType.Refusal) -> FieldValue {
        let span = bytes.span
        switch (type, value.kind) {
        case (.text, .string), (.choice, .string), (.uuid, .string), (.time, .string):
            return try type.value(ofString: try string(value), name: name)
        case (.integer(let range), .number):
            guard let number = JSONScanner.integer(span, value) else {
                throw FieldType.Refusal(text: "expected a whole number")
            }
            guard let number = Int(exactly: number), range.contains(number) else {
                throw FieldType.Refusal(text: "expected a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return .integer(number)
        case (.number, .number):
            guard let number = JSONScanner.double(span, value) else {
                throw FieldType.Refusal(text: "expected a number")
            }
            return .number(number)
        case (.boolean, .true): return .boolean(true)
        case (.boolean, .false): return .boolean(false)
        case (.texts(let count, let bytes), .array):
            return .texts(try FieldType.checked(try strings(value, count: count), count: count, bytes: bytes))
        case (.uuids(let count), .array):
            return .uuids(try JSONBody.ids(try strings(value, count: count), name: name))
        case (.anything, _): return .json(Array(bytes[value.range]))
        case (.object, .object), (.content, .object):
            try checkStorable(value)
            return .json(Array(bytes[value.range]))
        case (.content, .string):
            let text = try string(value)
            if text.utf8.contains(0) { throw FieldType.Refusal(text: "must not contain NUL (U+0000)") }
            var json = JSONWriter()
            json.beginObject()
            json.field("message", text)
            json.endObject()
            return .json(json.bytes)
        default: throw FieldType.Refusal(text: "expected \(type.kind)")
        }
    }

    private func string(_ value: JSONValue) throws(FieldType.Refusal) -> String {
        do throws(JSONError) {
            return try JSONScanner.string(bytes.span, value)
        } catch {
            throw FieldType.Refusal(text: error.message)
        }
    }

    private func strings(_ value: JSONValue, count: Int) throws(FieldType.Refusal) -> [String] {
        do throws(JSONError) {
            return try JSONScanner.strings(bytes.span, value, limit: count)
        } catch {
            throw FieldType.Refusal(text: "expected an array of at most \(count) strings")
        }
    }

    private static func ids(_ texts: [String], name: String) throws(FieldType.Refusal) -> [UUIDv7] {
        var ids: [UUIDv7] = []
        for text in texts {
            guard let id = UUIDv7(text) else { throw FieldType.Refusal(text: "\(name) must hold valid UUIDs") }
            // Twice the same says no more than once.
            if !ids.contains(id) { ids.append(id) }
        }
        return ids
    }

    /// PostgreSQL's `jsonb` takes neither half a surrogate pair nor U+0000; what one store refuses, both do.
    private func checkStorable(_ value: JSONValue) throws(FieldType.Refusal) {
        guard value.hasEscapes else { return }
        if value.hasLoneSurrogate { throw FieldType.Refusal(text: "holds half of a surrogate pair") }
        let zero = Array("u0000".utf8)
        var index = value.range.lowerBound
        while index < value.range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            if bytes[(index + 1)...].starts(with: zero) {
                throw FieldType.Refusal(text: "must not contain NUL (U+0000)")
            }
            // Over the escaped character, which may be another backslash.
            index += 2
        }
    }
}
