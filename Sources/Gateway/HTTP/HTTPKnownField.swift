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
        guard range.count < byLength.count else { return nil }
        return byLength[range.count].first { field in
            var index = range.lowerBound
            for byte in field.lowercased {
                guard bytes[index] | 0x20 == byte else { return false }
                index += 1
            }
            return true
        }
    }

    private static let byLength: [[HTTPKnownField]] = {
        let all = [
            HTTPKnownField(notKept: "host", .host), .init(.contentLength, .contentLength),
            .init(.transferEncoding, .transferEncoding), .init(.connection, .connection), .init(.upgrade, .upgrade),
            .init(.expect, .expect), .init(.accept), .init(.acceptEncoding), .init(.acceptLanguage),
            .init(.authorization), .init(.cacheControl), .init(.contentType), .init(.cookie), .init(.ifNoneMatch),
            .init(.origin), .init(.referer), .init(.secWebSocketExtensions), .init(.secWebSocketKey),
            .init(.secWebSocketProtocol), .init(.secWebSocketVersion), .init(.userAgent),
        ]
        let longest = all.map(\.lowercased.count).max() ?? 0
        return (0...longest).map { length in all.filter { $0.lowercased.count == length } }
    }()
}
