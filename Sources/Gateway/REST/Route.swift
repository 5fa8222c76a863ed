package import HTTPTypes

/// One thing that a port can do: a method, a path template and what to do.
package struct Route: Sendable {
    /// Runs on the loop of the connection.
    package typealias Action = @Sendable (RESTRequest) async throws(GatewayError) -> RESTResponse

    package let method: HTTPRequest.Method
    /// For example `/api/actions/by-session/:session_id`.
    package let template: String
    /// Longest body in bytes; above it the answer is 413.
    package let bodyLimit: Int
    package let action: Action

    /// The longest body of a route that doesn't say otherwise: 1 MiB.
    package static let defaultBodyLimit = 1 << 20

    package init(
        _ method: HTTPRequest.Method,
        _ template: String,
        bodyLimit: Int = Route.defaultBodyLimit,
        action: @escaping Action
    ) {
        self.method = method
        self.template = template
        self.bodyLimit = bodyLimit
        self.action = action
    }

    /// The template's parts between slashes.
    var segments: [Substring] {
        template.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }
}
