/// Members of objects in one call. An absent optional is written as `null`: leaving it out is the caller's decision.
extension JSONWriter {
    /// `"name":"string"`
    package mutating func field(_ name: String, _ string: String) {
        key(name)
        value(string)
    }

    /// `"name":"string"` or `"name":null`
    package mutating func field(_ name: String, _ string: String?) {
        key(name)
        if let string { value(string) } else { null() }
    }

    /// `"name":1`
    package mutating func field(_ name: String, _ integer: Int) {
        key(name)
        value(integer)
    }

    /// `"name":1` or `"name":null`
    package mutating func field(_ name: String, _ integer: Int64?) {
        key(name)
        if let integer { value(integer) } else { null() }
    }

    /// `"name":0.5`
    package mutating func field(_ name: String, _ double: Double) {
        key(name)
        value(double)
    }

    /// `"name":true`
    package mutating func field(_ name: String, _ bool: Bool) {
        key(name)
        value(bool)
    }

    /// `"name":"2026-11-23T17:00:00.000Z"`
    package mutating func field(_ name: String, _ time: Timestamp) {
        key(name)
        value(time)
    }

    /// `"name":["string"]`
    package mutating func field(_ name: String, _ strings: [String]) {
        key(name)
        beginArray()
        for string in strings { value(string) }
        endArray()
    }

    /// `"name":` and JSON text as it is, see `raw`.
    package mutating func field(_ name: String, raw text: Span<UInt8>) {
        key(name)
        raw(text)
    }
}
