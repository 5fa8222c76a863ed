/// Finds a fixed set of members of an object in one pass, without allocating: the way of every envelope.
///
///     static let envelope = JSONFieldTable<3>(["type", "channel", "data"])
///     let fields = try envelope.scan(bytes)   // fields[1]: where the channel is, or nil
///
/// The whole document is checked. A member that was asked for and comes twice is an error (`duplicateKey`), also when
/// one of the two spells its name with escapes: which of them counts would depend on the reader. Members that were not
/// asked for may repeat.
@usableFromInline
package struct JSONFieldTable<let count: Int>: Sendable {
    @usableFromInline let names: JSONFieldNames

    /// - Parameter names: The names of the members, each once. They are looked up in the order given.
    package init(_ names: [count of StaticString]) {
        self.names = JSONFieldNames(names.indices.map { names[$0].description })
    }

    /// The members of the object that the whole document is: element `i` belongs to name `i`.
    ///
    /// - Throws: `JSONError`; `wrongKind` when the document isn't an object.
    @inlinable
    package func scan(_ bytes: Span<UInt8>) throws(JSONError) -> [count of JSONValue?] {
        try scan(bytes, in: 0..<bytes.count)
    }

    /// The same for an object inside the document.
    @inlinable
    package func scan(_ bytes: Span<UInt8>, in range: Range<Int>) throws(JSONError) -> [count of JSONValue?] {
        var found: [count of JSONValue?] = .init(repeating: nil)
        var span = found.mutableSpan
        try names.find(in: bytes, range, into: &span)
        return found
    }
}

/// The names of a table, in one piece of memory. Not generic, so that one compiled copy serves every module.
@usableFromInline
struct JSONFieldNames: Sendable {
    private let text: [UInt8]
    /// Where each name is in `text`.
    private let ranges: [Range<Int>]

    init(_ names: [String]) {
        precondition(Set(names).count == names.count, "a name twice in one table")
        var text: [UInt8] = []
        ranges = names.map { name in
            let start = text.count
            text.append(contentsOf: name.utf8)
            return start..<text.count
        }
        self.text = text
    }

    @usableFromInline
    func find(
        in bytes: Span<UInt8>,
        _ range: Range<Int>,
        into found: inout MutableSpan<JSONValue?>
    ) throws(JSONError) {
        var cursor = try JSONScanner.open(bytes, range, with: UInt8(ascii: "{"), JSONScanner.maximumDepth)
        if try cursor.current() == UInt8(ascii: "}") {
            cursor.position += 1
            return try cursor.expectEnd()
        }
        repeat {
            let key = try cursor.key()
            let index = try index(of: key, in: bytes)
            let value = try cursor.value()
            guard let index else { continue }
            guard found[index] == nil else { throw JSONError(.duplicateKey, at: key.range.lowerBound) }
            found[index] = value
        } while try cursor.nextElement(before: UInt8(ascii: "}"))
        try cursor.expectEnd()
    }

    private func index(of key: JSONValue, in bytes: Span<UInt8>) throws(JSONError) -> Int? {
        if key.hasEscapes {
            // A half surrogate pair is no name of ours, and no reason to refuse the document.
            guard !key.hasLoneSurrogate else { return nil }
            let decoded = try JSONScanner.unescaped(bytes, key)
            return index(of: decoded.span, 0..<decoded.count)
        }
        return index(of: bytes, key.range.lowerBound + 1..<key.range.upperBound - 1)
    }

    private func index(of bytes: Span<UInt8>, _ contents: Range<Int>) -> Int? {
        let text = text.span
        nextName: for index in ranges.indices {
            let name = ranges[index]
            guard name.count == contents.count else { continue }
            for offset in 0..<name.count where text[name.lowerBound + offset] != bytes[contents.lowerBound + offset] {
                continue nextName
            }
            return index
        }
        return nil
    }
}
