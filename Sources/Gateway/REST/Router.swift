package import HTTPTypes

/// Finds the route of a request. Literal paths win over templates, so that `/api/blocking/check` can stand beside
/// `/api/blocking/:agent_id`.
package struct Router: Sendable {
    private struct Template: Sendable {
        let segments: [Substring]
        var routes: [HTTPRequest.Method: Route]
    }

    private var literals: [String: [HTTPRequest.Method: Route]] = [:]
    private var templates: [Template] = []
    /// All routes, in the order given: what tests and descriptions of the API walk through.
    package let routes: [Route]

    package init(_ routes: [Route]) {
        self.routes = routes
        for route in routes {
            if !route.template.contains(":") {
                literals[route.template, default: [:]][route.method] = route
                continue
            }
            let segments = route.segments
            if let index = templates.firstIndex(where: { $0.segments == segments }) {
                templates[index].routes[route.method] = route
            } else {
                templates.append(Template(segments: segments, routes: [route.method: route]))
            }
        }
    }

    /// The route and the raw values of its parameters.
    package struct Match: Sendable {
        package let route: Route
        let parameters: [(name: String, value: Substring)]
    }

    /// Throws 404 when no route has the path, 405 with `Allow` when one has it with another method. HEAD goes where
    /// GET goes (RFC 9110 section 9.3.2).
    package func match(_ method: HTTPRequest.Method, path: String) throws(GatewayError) -> Match {
        if let routes = literals[path] { return try Router.choose(method, routes, parameters: []) }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for template in templates where template.segments.count == segments.count {
            var parameters: [(name: String, value: Substring)] = []
            let fits = zip(template.segments, segments).allSatisfy { pattern, segment in
                guard pattern.first == ":" else { return pattern == segment }
                parameters.append((String(pattern.dropFirst()), segment))
                return !segment.isEmpty
            }
            if fits { return try Router.choose(method, template.routes, parameters: parameters) }
        }
        throw GatewayError(.notFound, "Not Found")
    }

    private static func choose(
        _ method: HTTPRequest.Method,
        _ routes: [HTTPRequest.Method: Route],
        parameters: [(name: String, value: Substring)]
    ) throws(GatewayError) -> Match {
        if let route = routes[method] ?? (method == .head ? routes[.get] : nil) {
            return Match(route: route, parameters: parameters)
        }
        var allowed = Set(routes.keys.map(\.rawValue))
        if allowed.contains("GET") { allowed.insert("HEAD") }
        throw GatewayError(
            .methodNotAllowed,
            "Method Not Allowed",
            fields: [.allow: allowed.sorted().joined(separator: ", ")]
        )
    }
}

extension Router.Match {
    /// Puts the request together; throws 400 when the path or query is not well encoded.
    package func request(_ head: HTTPRequestHead, body: [UInt8]) throws(GatewayError) -> RESTRequest {
        do throws(QueryStringError) {
            var values: [String: String] = [:]
            for parameter in parameters { values[parameter.name] = try QueryString.decodePathSegment(parameter.value) }
            return RESTRequest(
                method: head.method,
                path: head.path,
                parameters: values,
                query: try QueryString(head.query),
                fields: head.fields,
                body: body
            )
        } catch {
            throw GatewayError(.badRequest, error.message)
        }
    }
}
