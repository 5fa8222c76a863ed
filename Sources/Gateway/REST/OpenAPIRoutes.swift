internal import HTTPTypes

/// `GET /openapi.json`: the port's own description, for programs that make or test clients.
struct OpenAPIRoutes {
    private static let description = RouteDescription(
        "This description of all routes",
        tag: "server",
        answers: [.ok(.anything)]
    )

    let routes: [Route]

    /// - Parameter others: All other routes of the port.
    init(describing others: [Route]) {
        func route(_ bytes: [UInt8]) -> Route {
            Route(.get, "/openapi.json", OpenAPIRoutes.description) { (_: RouteInput) throws(GatewayError) in
                RESTResponse(body: bytes)
            }
        }
        // It is part of what it describes.
        routes = [route(OpenAPIDocument(others + [route([])]).bytes)]
    }
}
