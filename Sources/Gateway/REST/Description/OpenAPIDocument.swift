internal import Bus
internal import HTTPTypes

/// The routes of a port as an OpenAPI 3.1 document.
struct OpenAPIDocument {
    private let routes: [Route]
    private let about: String

    /// - Parameter about: What a reader should know of the port as a whole.
    init(_ routes: [Route], about: String) {
        self.routes = routes
        self.about = about
    }

    /// What any route may answer, whatever it does.
    private static let common: [RouteAnswer] = [
        .error(.unauthorized, "Beyond loopback a token or the secret is needed"),
        .error(.forbidden, "Pages of that Origin are not served"),
        .error(.requestTimeout, "The request took too long to arrive"),
        .error(.uriTooLong, "The path with its query is longer than 8 KiB"),
        .error(.init(code: 421), "This server does not answer for that Host"),
        .error(.requestHeaderFieldsTooLarge, "The fields of the head are too many or too long"),
        .error(.internalServerError, "A failure of the server"),
        .error(.serviceUnavailable, "The store or the journal does not answer: again after Retry-After"),
    ]
    private static let badRequest = RouteAnswer.error(.badRequest, "Something in the request is wrong")
    private static let tooLarge = RouteAnswer.error(.contentTooLarge, "The body is too long")

    /// The document as JSON.
    var bytes: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("openapi", "3.1.0")
        json.key("info")
        json.beginObject()
        json.field("title", "dcm")
        json.field("version", Version.text)
        json.field("description", about)
        json.endObject()
        writePaths(to: &json)
        writeSchemas(to: &json)
        json.endObject()
        return json.bytes
    }

    private func writePaths(to json: inout JSONWriter) {
        json.key("paths")
        json.beginObject()
        var written: Set<String> = []
        for route in routes where written.insert(route.template).inserted {
            json.key(OpenAPIDocument.path(route))
            json.beginObject()
            for route in routes.filter({ $0.template == route.template }) {
                json.key(route.method.rawValue.lowercased())
                OpenAPIDocument.write(route, to: &json)
            }
            json.endObject()
        }
        json.endObject()
    }

    private static func path(_ route: Route) -> String {
        route.segments.map { $0.first == ":" ? "/{\($0.dropFirst())}" : "/\($0)" }.joined()
    }

    private static func write(_ route: Route, to json: inout JSONWriter) {
        let description = route.description
        json.beginObject()
        json.field("summary", description.summary)
        json.field("operationId", operationID(route))
        json.field("tags", [description.tag])
        json.key("parameters")
        json.beginArray()
        for field in description.path { field.writeParameter(in: "path", to: &json) }
        for field in description.query { field.writeParameter(in: "query", to: &json) }
        for field in description.headers { field.writeParameter(in: "header", to: &json) }
        json.endArray()
        if let contentType = description.bodyContentType {
            json.key("requestBody")
            json.beginObject()
            json.field("required", true)
            write(contentType, to: &json) { json in
                if description.body.isEmpty {
                    JSONSchema.anything.write(to: &json)
                } else {
                    description.writeBody(to: &json)
                }
            }
            json.endObject()
        }
        write(answers(of: description), to: &json)
        json.endObject()
    }

    private static func operationID(_ route: Route) -> String {
        let words = route.segments.flatMap { $0.split { !$0.isLetter && !$0.isNumber } }
        return ([route.method.rawValue.lowercased()] + words.map(String.init)).joined(separator: "_")
    }

    /// By status, those of the route first.
    private static func answers(of description: RouteDescription) -> [RouteAnswer] {
        var answers = description.answers
        let takesInput = !description.path.isEmpty || !description.query.isEmpty || description.bodyContentType != nil
        if takesInput { answers.append(badRequest) }
        if description.bodyContentType != nil { answers.append(tooLarge) }
        var statuses: Set<Int> = []
        return (answers + common).filter { statuses.insert($0.status.code).inserted }
    }

    private static func write(_ answers: [RouteAnswer], to json: inout JSONWriter) {
        json.key("responses")
        json.beginObject()
        for answer in answers {
            json.key(String(answer.status.code))
            json.beginObject()
            json.field("description", answer.summary)
            switch answer.body {
            case .none: break
            case .json(let schema): write("application/json", to: &json) { schema.write(to: &$0) }
            case .other(let contentType): write(contentType, to: &json) { JSONSchema.text.write(to: &$0) }
            }
            json.endObject()
        }
        json.endObject()
    }

    private static func write(_ contentType: String, to json: inout JSONWriter, schema: (inout JSONWriter) -> Void) {
        json.key("content")
        json.beginObject()
        json.key(contentType)
        json.beginObject()
        json.key("schema")
        schema(&json)
        json.endObject()
        json.endObject()
    }

    private func writeSchemas(to json: inout JSONWriter) {
        var schemas: [String: JSONSchema] = [:]
        JSONSchema.error.collectNamed(into: &schemas)
        for answer in routes.flatMap(\.description.answers) {
            guard case .json(let schema) = answer.body else { continue }
            schema.collectNamed(into: &schemas)
        }
        json.key("components")
        json.beginObject()
        json.key("schemas")
        json.beginObject()
        for (name, schema) in schemas.sorted(by: { $0.key < $1.key }) {
            json.key(name)
            schema.write(to: &json)
        }
        json.endObject()
        json.endObject()
    }
}
