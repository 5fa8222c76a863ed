import HTTPTypes
import Testing

@testable import Gateway

struct RouterTests {
    private func route(_ method: HTTPRequest.Method, _ template: String) -> Route {
        Route(method, template, RouteDescription("", tag: "", answers: [])) { (_: RouteInput) throws(GatewayError) in
            RESTResponse()
        }
    }

    private var router: Router {
        Router([
            route(.get, "/api/blocking/:agent_id"), route(.get, "/api/blocking/check"), route(.get, "/api/actions"),
            route(.post, "/api/actions"), route(.delete, "/api/actions/:id"),
            route(.delete, "/api/actions/by-session/:session_id"),
        ])
    }

    @Test(arguments: [
        ("GET", "/api/actions", "/api/actions"),
        ("HEAD", "/api/actions", "/api/actions"),
        ("GET", "/api/blocking/check", "/api/blocking/check"),
        ("GET", "/api/blocking/x", "/api/blocking/:agent_id"),
        ("DELETE", "/api/actions/1", "/api/actions/:id"),
        ("DELETE", "/api/actions/by-session/s", "/api/actions/by-session/:session_id"),
    ])
    func finds(_ method: String, _ path: String, _ template: String) throws {
        let method = try #require(HTTPRequest.Method(method))
        #expect(try router.match(method, path: path).route.template == template)
    }

    @Test(arguments: ["/", "/api", "/api/actions/", "/api/actions/a/b", "/api/blocking/", "//api/actions", ""])
    func refusesOtherPaths(_ path: String) {
        #expect(throws: GatewayError(.notFound, "Not Found")) { _ = try router.match(.get, path: path) }
    }

    @Test func tellsWhichMethodsAreAllowed() {
        #expect(throws: GatewayError(.methodNotAllowed, "Method Not Allowed", fields: [.allow: "GET, HEAD, POST"])) {
            _ = try router.match(.put, path: "/api/actions")
        }
    }
}
