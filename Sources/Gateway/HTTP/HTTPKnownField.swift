import HTTPTypes

/// A field name that clients send often, so that it is recognised by its bytes and costs no string work.
struct HTTPKnownField: Sendable {
    /// What the parser does with the field beyond keeping it.
    enum Role: Sendable {
        case keep
        case host
        case contentLength
        case transferEncoding
        case connection
        case upgrade
        case expect
    }

    let role: Role
    /// Nil for Host, which swift-http-types keeps out of `HTTPFields`.
    let name: HTTPField.Name?

    /// The known field with this name in any case, if there is one.
    /// - Parameter range: bytes that were checked to be a token: the comparison below maps CR to `-`.
    static func find(_ range: Range<Int>, of bytes: [UInt8]) -> HTTPKnownField? {
        table.find(range, of: bytes)
    }

    /// The names lie one after the other in one array: an array for each would cost a reference count per comparison.
    private struct Table: Sendable {
        var fields: [HTTPKnownField] = []
        var names: [UInt8] = []
        var starts: [Int] = []
        /// For each length the fields whose names have it.
        var byLength: [Range<Int>] = []

        init(_ entries: [(name: String, field: HTTPKnownField)]) {
            let sorted = entries.sorted { $0.name.utf8.count < $1.name.utf8.count }
            for entry in sorted {
                starts.append(names.count)
                names += entry.name.utf8
                fields.append(entry.field)
            }
            byLength = (0...(sorted.last?.name.utf8.count ?? 0)).map { length in
                let first = sorted.firstIndex { $0.name.utf8.count >= length } ?? sorted.count
                let end = sorted.firstIndex { $0.name.utf8.count > length } ?? sorted.count
                return first..<end
            }
        }

        func find(_ range: Range<Int>, of bytes: [UInt8]) -> HTTPKnownField? {
            guard range.count < byLength.count else { return nil }
            for index in byLength[range.count] where matches(index, range, of: bytes) { return fields[index] }
            return nil
        }

        private func matches(_ index: Int, _ range: Range<Int>, of bytes: [UInt8]) -> Bool {
            var expected = starts[index]
            for position in range {
                guard bytes[position] | 0x20 == names[expected] else { return false }
                expected += 1
            }
            return true
        }
    }

    private static let table: Table = {
        let special: [(HTTPField.Name, Role)] = [
            (.contentLength, .contentLength), (.transferEncoding, .transferEncoding), (.connection, .connection),
            (.upgrade, .upgrade), (.expect, .expect),
        ]
        let others: [HTTPField.Name] = [
            .accept, .acceptEncoding, .acceptLanguage, .authorization, .cacheControl, .contentType, .cookie,
            .ifNoneMatch, .origin, .referer, .secWebSocketExtensions, .secWebSocketKey, .secWebSocketProtocol,
            .secWebSocketVersion, .userAgent,
        ]
        let kept = special + others.map { ($0, .keep) }
        return Table(
            [("host", HTTPKnownField(role: .host, name: nil))]
                + kept.map { ($0.canonicalName, HTTPKnownField(role: $1, name: $0)) }
        )
    }()
}
