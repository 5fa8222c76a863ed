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
    private let lowercased: [UInt8]

    private init(_ name: HTTPField.Name, _ role: Role = .keep) {
        self.role = role
        self.name = name
        self.lowercased = Array(name.canonicalName.utf8)
    }

    private init(notKept lowercased: String, _ role: Role) {
        self.role = role
        self.name = nil
        self.lowercased = Array(lowercased.utf8)
    }

    /// The known field with this name in any case, if there is one.
    /// - Parameter range: bytes that were checked to be a token: the comparison below maps CR to `-`.
    static func find(_ range: Range<Int>, of bytes: [UInt8]) -> HTTPKnownField? {
        guard range.count + 1 < firstOfLength.count else { return nil }
        for index in firstOfLength[range.count]..<firstOfLength[range.count + 1]
        where all[index].matches(range, of: bytes) {
            return all[index]
        }
        return nil
    }

    private func matches(_ range: Range<Int>, of bytes: [UInt8]) -> Bool {
        for offset in lowercased.indices where bytes[range.lowerBound + offset] | 0x20 != lowercased[offset] {
            return false
        }
        return true
    }

    /// Sorted by the length of the name.
    private static let all: [HTTPKnownField] = [
        .init(notKept: "host", .host), .init(.contentLength, .contentLength),
        .init(.transferEncoding, .transferEncoding), .init(.connection, .connection), .init(.upgrade, .upgrade),
        .init(.expect, .expect), .init(.accept), .init(.acceptEncoding), .init(.acceptLanguage),
        .init(.authorization), .init(.cacheControl), .init(.contentType), .init(.cookie), .init(.ifNoneMatch),
        .init(.origin), .init(.referer), .init(.secWebSocketExtensions), .init(.secWebSocketKey),
        .init(.secWebSocketProtocol), .init(.secWebSocketVersion), .init(.userAgent),
    ].sorted { $0.lowercased.count < $1.lowercased.count }

    /// For each length the position in `all` of the first name that is at least so long.
    private static let firstOfLength: [Int] = {
        let longest = all.last?.lowercased.count ?? 0
        return (0...longest + 1).map { length in all.firstIndex { $0.lowercased.count >= length } ?? all.count }
    }()
}
