package import HTTPTypes

/// One thing that a port can do: a method, a path template, its description and what to do.
///
///     Route(.delete, "/api/projects/:id", description, handle: delete)
///
///     @Sendable func delete(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
///         try await projects.delete(input.path.required(CommonFields.id))
///         return RESTResponse(.noContent)
///     }
package struct Route: Sendable {
    /// Runs on the loop of the connection.
    package typealias Action = @Sendable (RESTRequest) async throws(GatewayError) -> RESTResponse
    /// The same for a request whose fields are decoded and checked.
    typealias Handler = @Sendable (RouteInput) async throws(GatewayError) -> RESTResponse

    package let method: HTTPRequest.Method
    /// For example `/api/actions/by-session/:session_id`.
    package let template: String
    /// Longest body in bytes; above it the answer is 413.
    package let bodyLimit: Int
    let description: RouteDescription
    package let action: Action

    /// The longest body of a route that doesn't say otherwise: 1 MiB.
    package static let defaultBodyLimit = 1 << 20

    /// A route whose requests are decoded by its description.
    init(
        _ method: HTTPRequest.Method,
        _ template: String,
        bodyLimit: Int = Route.defaultBodyLimit,
        _ description: RouteDescription,
        handle: @escaping Handler
    ) {
        self.init(method, template, bodyLimit: bodyLimit, description) { (request) throws(GatewayError) in
            try await handle(RouteInput(request, description))
        }
    }

    /// A route that decodes its requests itself, because it is hot or its body is no object of fields.
    init(
        _ method: HTTPRequest.Method,
        _ template: String,
        bodyLimit: Int = Route.defaultBodyLimit,
        _ description: RouteDescription,
        action: @escaping Action
    ) {
        self.method = method
        self.template = template
        self.bodyLimit = bodyLimit
        self.description = description
        self.action = action
    }

    /// Method and template.
    var name: String { "\(method.rawValue) \(template)" }

    /// The template's parts between slashes.
    var segments: [Substring] {
        template.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }
}
