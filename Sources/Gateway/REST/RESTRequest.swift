package import HTTPTypes

/// A whole request on its way to a route.
package struct RESTRequest: Sendable {
    package let method: HTTPRequest.Method
    package let path: String
    /// The values of `:name` segments of the route, decoded.
    package let parameters: [String: String]
    package let query: QueryString
    package let fields: HTTPFields
    package let body: [UInt8]

    package init(
        method: HTTPRequest.Method,
        path: String,
        parameters: [String: String] = [:],
        query: QueryString,
        fields: HTTPFields = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.parameters = parameters
        self.query = query
        self.fields = fields
        self.body = body
    }

    /// A `:name` segment; the route's template has it, so it is there.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }
}

/// What a route answers.
package struct RESTResponse: Sendable, Equatable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    /// JSON unless `fields` has another Content-Type; empty for 204.
    package var body: [UInt8]

    package init(_ status: HTTPResponse.Status = .ok, fields: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The answer to a request that failed.
    package init(_ error: GatewayError) {
        self.init(error.status, fields: error.fields, body: error.body)
    }
}
