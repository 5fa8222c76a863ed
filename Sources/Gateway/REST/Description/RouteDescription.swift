internal import HTTPTypes

/// What a route takes and answers. Requests are decoded and checked by it, `GET /openapi.json` is written from it, and
/// a test walks over it.
///
///     RouteDescription(
///         "Creates a project, or updates the one with this path",
///         tag: "projects",
///         body: [Input.path, Input.name, Input.metadata],
///         answers: [.created(ProjectRoutes.answer)]
///     )
///
/// A class: each request carries its route, and would count every list in it.
final class RouteDescription: Sendable {
    let summary: String
    /// The resource that it belongs to.
    let tag: String
    /// The `:name` segments of the template, in their order.
    let path: [FieldDescription]
    let query: [FieldDescription]
    /// Fields of the head; they are read by who needs them.
    let headers: [FieldDescription]
    let body: [FieldDescription]
    /// The Content-Type of the body; nil for none.
    let bodyContentType: String?
    let answers: [RouteAnswer]

    /// - Parameter contentType: of a body that isn't made of fields.
    init(
        _ summary: String,
        tag: String,
        path: [any DescribedField] = [],
        query: [any DescribedField] = [],
        headers: [any DescribedField] = [],
        body: [any DescribedField] = [],
        otherBody contentType: String? = nil,
        answers: [RouteAnswer]
    ) {
        self.summary = summary
        self.tag = tag
        self.path = path.map(\.description)
        self.query = query.map(\.description)
        self.headers = headers.map(\.description)
        self.body = body.map(\.description)
        bodyContentType = body.isEmpty ? contentType : "application/json"
        self.answers = answers
    }
}

/// One way in which a route answers.
struct RouteAnswer: Sendable {
    /// What the body is.
    enum Body: Sendable {
        case none
        case json(JSONSchema)
        /// Something else, of this Content-Type.
        case other(String)
    }

    let status: HTTPResponse.Status
    let summary: String
    let body: Body

    init(_ status: HTTPResponse.Status, _ summary: String, _ body: Body = .none) {
        self.status = status
        self.summary = summary
        self.body = body
    }

    static func ok(_ schema: JSONSchema) -> RouteAnswer { RouteAnswer(.ok, "Done", .json(schema)) }

    static func created(_ schema: JSONSchema) -> RouteAnswer { RouteAnswer(.created, "Stored", .json(schema)) }

    static let deleted = RouteAnswer(.noContent, "Deleted")

    /// An error, with the words that tell when.
    static func error(_ status: HTTPResponse.Status, _ summary: String) -> RouteAnswer {
        RouteAnswer(status, summary, .json(.error))
    }

    static func notFound(_ what: String) -> RouteAnswer { error(.notFound, "There is no such \(what)") }
}

extension JSONSchema {
    /// The body of every error.
    static let error = JSONSchema.named(
        "Error",
        .object(["error": .text, "details": .sometimes(.map(.array(.text)))])
    )
}
