package import HTTPTypes

/// The answer fields that let a page of an allowed origin read our answers (the Fetch standard, section "CORS
/// protocol"). `*` is never among them.
package enum CrossOriginFields {
    /// Longest Access-Control-Request-Headers that is echoed, in bytes.
    package static let maxRequestedHeaders = 1024

    /// For every answer to a request with an allowed origin.
    package static func answer(to origin: String) -> HTTPFields {
        // Without Vary a cache could show one origin the answer made for another.
        [.accessControlAllowOrigin: origin, .vary: "Origin"]
    }

    /// For the 204 to a preflight (`OPTIONS` with Access-Control-Request-Method) from an allowed origin.
    /// - Parameter requestedHeaders: the value of Access-Control-Request-Headers. Echoed if it is a list of tokens;
    ///   else no header is allowed, and the browser tells the page so.
    package static func preflight(to origin: String, requestedHeaders: String?) -> HTTPFields {
        var fields = answer(to: origin)
        fields[.accessControlAllowMethods] = "GET, HEAD, POST, PUT, PATCH, DELETE"
        // Ten minutes: browsers keep an answer no longer than hours, and a changed configuration should show soon.
        fields[.accessControlMaxAge] = "600"
        if let requestedHeaders, let echo = tokens(requestedHeaders) {
            fields[.accessControlAllowHeaders] = echo
        }
        return fields
    }

    private static func tokens(_ list: String) -> String? {
        let bytes = Array(list.utf8)
        guard !bytes.isEmpty, bytes.count <= maxRequestedHeaders else { return nil }
        let elements = HTTPCharacter.listElements(bytes.indices, of: bytes)
        // `*` is a token, but as an answer it would mean any header.
        guard elements.allSatisfy({ HTTPCharacter.isToken(bytes[$0]) && !bytes[$0].elementsEqual("*".utf8) }) else {
            return nil
        }
        return elements.map { String(decoding: bytes[$0], as: UTF8.self) }.joined(separator: ", ")
    }
}
