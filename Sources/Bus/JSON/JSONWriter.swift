/// Writes one JSON text into bytes that it owns: commas are its business, the order of calls is the caller's.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.field("type", "ack")
///     json.field("timestamp", 1_795_453_200_000)
///     json.endObject()
///     json.bytes
///
/// It doesn't check that containers are closed or that keys stand only in objects; tests of the callers do.
package struct JSONWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8]
    /// A value stands before the position, in the same container.
    private var needsComma = false

    /// - Parameter bytes: Where to append: empty, or a buffer that is used again, with something before the text.
    package init(appendingTo bytes: consuming [UInt8] = []) {
        self.bytes = bytes
        // Most texts fit; growing from nothing would take five steps to get there.
        if self.bytes.capacity == 0 { self.bytes.reserveCapacity(256) }
    }

    /// `{`, as a value.
    package mutating func beginObject() {
        beginValue()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// `}`
    package mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// `[`, as a value.
    package mutating func beginArray() {
        beginValue()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// `]`
    package mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The name of a member; the next call writes its value.
    package mutating func key(_ name: String) {
        beginValue()
        bytes.appendJSONString(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A string, escaped where RFC 8259 section 7 demands it and nowhere else.
    package mutating func value(_ string: String) {
        beginValue()
        bytes.appendJSONString(string)
    }

    /// An integer in decimal digits.
    package mutating func value(_ integer: Int64) {
        beginValue()
        bytes.appendDecimal(integer)
    }

    /// An integer in decimal digits.
    package mutating func value(_ integer: Int) {
        value(Int64(integer))
    }

    /// The shortest digits that read back as the same double; whole numbers below 2^63 without fraction and exponent
    /// (minus zero as `0`). JSON has no infinities and no NaN: `null`, as JavaScript writes them.
    package mutating func value(_ double: Double) {
        guard double.isFinite else { return null() }
        if let whole = Int64(exactly: double) { return value(whole) }
        beginValue()
        bytes.append(contentsOf: double.description.utf8)
    }

    /// `true` or `false`.
    package mutating func value(_ bool: Bool) {
        beginValue()
        bytes.append(contentsOf: (bool ? "true" : "false").utf8)
    }

    /// A point in time as a string, see `Timestamp.write(into:)`.
    package mutating func value(_ time: Timestamp) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        time.write(into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// `null`
    package mutating func null() {
        beginValue()
        bytes.append(contentsOf: "null".utf8)
    }

    /// A value that is JSON text already, for example a range that the scanner has checked. Copied as it is.
    package mutating func raw(_ text: Span<UInt8>) {
        beginValue()
        bytes.append(copying: text)
    }

    private mutating func beginValue() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
