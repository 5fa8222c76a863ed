internal import Bus
internal import Storage

extension Field where Value == String {
    /// A text of so many bytes.
    static func text(
        _ name: String,
        aliases: [String] = [],
        bytes: ClosedRange<Int> = 0...512,
        _ summary: String
    ) -> Field {
        Field(name, .text(bytes), aliases: aliases, summary) { value in
            guard case .text(let text) = value else { return nil }
            return text
        }
    }

    func or(_ fallback: String) -> Field { or(value: .text(fallback)) }
}

extension Field where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of an enumeration.
    static func choice(_ name: String, aliases: [String] = [], _ summary: String) -> Field {
        Field(name, .choice(Value.allCases.map(\.rawValue)), aliases: aliases, summary) { value in
            guard case .text(let text) = value else { return nil }
            return Value(rawValue: text)
        }
    }

    func or(_ fallback: Value) -> Field { or(value: .text(fallback.rawValue)) }
}

extension Field where Value == Int {
    /// A whole number.
    static func integer(
        _ name: String,
        aliases: [String] = [],
        in range: ClosedRange<Int>,
        _ summary: String
    ) -> Field {
        Field(name, .integer(range), aliases: aliases, summary) { value in
            guard case .integer(let number) = value else { return nil }
            return number
        }
    }

    func or(_ fallback: Int) -> Field { or(value: .integer(fallback)) }
}

extension Field where Value == Double {
    /// A number.
    static func number(_ name: String, _ summary: String) -> Field {
        Field(name, .number, summary) { value in
            guard case .number(let number) = value else { return nil }
            return number
        }
    }

    func or(_ fallback: Double) -> Field { or(value: .number(fallback)) }
}

extension Field where Value == Bool {
    /// `true` or `false`; in a query also `1` and `0`.
    static func boolean(_ name: String, aliases: [String] = [], _ summary: String) -> Field {
        Field(name, .boolean, aliases: aliases, summary) { value in
            guard case .boolean(let bool) = value else { return nil }
            return bool
        }
    }

    func or(_ fallback: Bool) -> Field { or(value: .boolean(fallback)) }
}

extension Field where Value == UUIDv7 {
    /// A UUID of any version.
    static func uuid(_ name: String, aliases: [String] = [], _ summary: String) -> Field {
        Field(name, .uuid, aliases: aliases, summary) { value in
            guard case .uuid(let id) = value else { return nil }
            return id
        }
    }
}

extension Field where Value == Timestamp {
    /// A point in time.
    static func time(_ name: String, _ summary: String) -> Field {
        Field(name, .time, summary) { value in
            guard case .time(let time) = value else { return nil }
            return time
        }
    }
}

extension Field where Value == [String] {
    /// A list of texts.
    static func texts(
        _ name: String,
        aliases: [String] = [],
        count: Int,
        bytes: ClosedRange<Int> = 0...512,
        _ summary: String
    ) -> Field {
        Field(name, .texts(count: count, bytes: bytes), aliases: aliases, summary) { value in
            guard case .texts(let texts) = value else { return nil }
            return texts
        }
    }
}

extension Field where Value == [UUIDv7] {
    /// A list of UUIDs.
    static func uuids(_ name: String, count: Int, _ summary: String) -> Field {
        Field(name, .uuids(count: count), summary) { value in
            guard case .uuids(let ids) = value else { return nil }
            return ids
        }
    }
}

extension Field where Value == [UInt8] {
    /// A JSON object, as its bytes.
    static func object(_ name: String, aliases: [String] = [], _ summary: String) -> Field {
        Field(name, .object, aliases: aliases, summary, value: json)
    }

    /// A JSON object or a text, as the bytes of an object.
    static func content(_ name: String, aliases: [String] = [], _ summary: String) -> Field {
        Field(name, .content, aliases: aliases, summary, value: json)
    }

    /// Any JSON value, as its bytes.
    static func anything(_ name: String, _ summary: String) -> Field {
        Field(name, .anything, summary, value: json)
    }

    @Sendable private static func json(_ value: FieldValue) -> [UInt8]? {
        guard case .json(let bytes) = value else { return nil }
        return bytes
    }
}
