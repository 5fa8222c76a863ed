package import HTTPTypes

/// Why a request can't be read. Where it ends is unknown from here on, so the connection must be closed after the
/// answer: reading on would be guessing, and guessing is what request smuggling lives on.
package struct HTTPParseError: Error, Equatable, Sendable {
    /// One value for each rule that a request can break.
    package enum Code: Equatable, Sendable, CaseIterable {
        case bareCarriageReturn
        case bareLineFeed
        case controlByte
        case repeatedEmptyLine
        case requestLine
        case requestLineTooLong
        case method
        case target
        case version
        case unsupportedVersion
        case fieldName
        case foldedField
        case tooManyFields
        case headTooLarge
        case hostMissing
        case hostRepeated
        case hostMalformed
        case contentLength
        case contentLengthRepeated
        case lengthAndTransferEncoding
        case transferEncoding
        case transferEncodingUnknown
        case transferEncodingInHTTP10
        case expectation
        case contentTooLarge
        case chunkSize
        case chunkExtensionTooLarge
        case chunkEnd
        case trailer
        case trailerTooLarge
    }

    /// Which rule was broken.
    package let code: Code

    init(_ code: Code) {
        self.code = code
    }

    /// The status to answer with before the connection is closed.
    package var status: HTTPResponse.Status {
        switch code {
        case .requestLineTooLong: .uriTooLong
        case .tooManyFields, .headTooLarge, .trailerTooLarge: .requestHeaderFieldsTooLarge
        case .contentTooLarge, .chunkExtensionTooLarge: .contentTooLarge
        case .expectation: .expectationFailed
        case .transferEncodingUnknown: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        default: .badRequest
        }
    }

    /// One sentence for the person who wrote the client. Holds nothing that the client sent.
    package var message: String {
        switch code {
        case .bareCarriageReturn: "A carriage return is not followed by a line feed."
        case .bareLineFeed: "A line ends with a line feed alone; HTTP lines end with CR LF."
        case .controlByte: "The request head holds a control character."
        case .repeatedEmptyLine: "More than one empty line comes before the request line."
        case .requestLine: "The request line is not method, target and version with one space between them."
        case .requestLineTooLong: "The request line is too long."
        case .method: "The method holds a character that is not allowed in a token."
        case .target: "The request target is not a path, an http URL, or * for OPTIONS."
        case .version: "The request line does not end with an HTTP version such as HTTP/1.1."
        case .unsupportedVersion: "This server speaks HTTP/1.1 and HTTP/1.0 only."
        case .fieldName: "A header line does not start with a field name and a colon."
        case .foldedField: "A header line starts with white space; folded fields are not allowed."
        case .tooManyFields: "The request has too many header fields."
        case .headTooLarge: "The request head is too large."
        case .hostMissing: "The Host field is missing."
        case .hostRepeated: "The Host field is there more than once."
        case .hostMalformed: "The host is not a name or address with an optional port."
        case .contentLength: "Content-Length is not a plain decimal number."
        case .contentLengthRepeated: "Content-Length is there more than once."
        case .lengthAndTransferEncoding: "Content-Length and Transfer-Encoding exclude each other."
        case .transferEncoding: "Transfer-Encoding must name chunked exactly once, as the last coding."
        case .transferEncodingUnknown: "The only transfer coding that this server knows is chunked."
        case .transferEncodingInHTTP10: "Transfer-Encoding is not allowed in HTTP/1.0."
        case .expectation: "The only expectation that this server knows is 100-continue."
        case .contentTooLarge: "The request body is too large."
        case .chunkSize: "A chunk size is not a plain hexadecimal number followed by CR LF."
        case .chunkExtensionTooLarge: "The chunk extensions are too large."
        case .chunkEnd: "The data of a chunk is not followed by CR LF."
        case .trailer: "A trailer line is not a well-formed header field."
        case .trailerTooLarge: "The trailer section is too large."
        }
    }
}
