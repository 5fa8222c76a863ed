internal import HTTPTypes

/// `GET /openapi.json`: a port's own description, for programs that make or test clients.
struct OpenAPIRoutes {
    private static let description = RouteDescription(
        "This description of all routes of this port",
        tag: "server",
        answers: [.ok(.anything)]
    )

    let routes: [Route]

    /// - Parameters:
    ///   - others: All other routes of the port.
    ///   - about: What the port is for, and what another one is.
    init(describing others: [Route], about: String) {
        func route(_ bytes: [UInt8]) -> Route {
            Route(.get, "/openapi.json", OpenAPIRoutes.description) { (_: RouteInput) throws(GatewayError) in
                RESTResponse(body: bytes)
            }
        }
        // It is part of what it describes.
        routes = [route(OpenAPIDocument(others + [route([])], about: about).bytes)]
    }
}
