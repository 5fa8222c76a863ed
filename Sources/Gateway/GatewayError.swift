internal import Bus
package import HTTPTypes

/// A request that is answered with an error: the status and the words that the client gets.
package struct GatewayError: Error, Equatable, Sendable {
    /// The status of the answer.
    package let status: HTTPResponse.Status
    /// `error` of the answer.
    package let message: String
    /// `details` of the answer: what is wrong with each field; empty for other errors.
    package let details: [String: [String]]
    /// Further fields, for example `Allow` or `Retry-After`.
    package let fields: HTTPFields

    package init(
        _ status: HTTPResponse.Status,
        _ message: String,
        details: [String: [String]] = [:],
        fields: HTTPFields = [:]
    ) {
        self.status = status
        self.message = message
        self.details = details
        self.fields = fields
    }

    /// 400 with what is wrong with each field.
    package static func validation(_ details: [String: [String]]) -> GatewayError {
        GatewayError(.badRequest, "Validation failed", details: details)
    }

    /// 503 with the time after which another try makes sense, in seconds.
    package static func unavailable(_ message: String, retryAfter seconds: Int = 1) -> GatewayError {
        GatewayError(.serviceUnavailable, message, fields: [.retryAfter: String(seconds)])
    }

    /// `{"error":"...","details":{...}}`
    package var body: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("error", message)
        if !details.isEmpty {
            json.key("details")
            json.beginObject()
            for (field, texts) in details.sorted(by: { $0.key < $1.key }) { json.field(field, texts) }
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }
}
