/// Why a query or a path can't be decoded. The answer is 400.
package struct QueryStringError: Error, Equatable, Sendable {
    /// One value for each rule.
    package enum Code: Equatable, Sendable {
        case percent
        case utf8
        case nul
        case tooManyParameters
    }

    /// Which rule was broken.
    package let code: Code

    init(_ code: Code) {
        self.code = code
    }

    /// One sentence for the person who wrote the client.
    package var message: String {
        switch code {
        case .percent: "A % in the URL is not followed by two hexadecimal digits."
        case .utf8: "The URL does not decode to UTF-8."
        case .nul: "The URL holds %00."
        case .tooManyParameters: "The URL has more than \(QueryString.maxCount) query parameters."
        }
    }
}

/// The decoded parameters of a request's query, in their order.
package struct QueryString: Sendable, Equatable {
    /// One `name=value`; the value is empty if there is no `=`.
    package struct Parameter: Sendable, Equatable {
        /// Decoded; may be empty.
        package let name: String
        /// Decoded; may be empty.
        package let value: String
    }

    /// Most parameters in one query.
    package static let maxCount = 100

    /// All parameters, repeated names included. Empty pieces (`a=1&&b=2`) are none.
    package private(set) var parameters: [Parameter] = []

    /// - Parameter query: what follows the `?`, as sent; nil counts as empty.
    package init(_ query: String?) throws(QueryStringError) {
        guard let query else { return }
        for piece in query.split(separator: "&", omittingEmptySubsequences: true) {
            guard parameters.count < Self.maxCount else { throw QueryStringError(.tooManyParameters) }
            let equals = piece.utf8.firstIndex(of: UInt8(ascii: "="))
            let name = try PercentCoding.decode(piece[..<(equals ?? piece.endIndex)], plusIsSpace: true)
            let rest = equals.map { piece[piece.utf8.index(after: $0)...] } ?? ""
            parameters.append(Parameter(name: name, value: try PercentCoding.decode(rest, plusIsSpace: true)))
        }
    }

    /// The first value of that name, nil if there is none.
    package subscript(name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    /// All values of that name, in their order.
    package func all(_ name: String) -> [String] {
        parameters.lazy.filter { $0.name == name }.map(\.value)
    }

    /// Decodes one segment of a path. An encoded slash becomes a slash in the value, so split first. `+` stays.
    package static func decodePathSegment(_ segment: Substring) throws(QueryStringError) -> String {
        try PercentCoding.decode(segment, plusIsSpace: false)
    }
}
