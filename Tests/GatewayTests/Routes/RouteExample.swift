import Foundation

@testable import Gateway

/// A request to a route and what it is answered with. Examples run in their order against one server, so that later
/// ones use what earlier ones made.
struct RouteExample: Sendable {
    /// Method and template, as in the router's table.
    let route: String
    /// What is really sent; `{name}` stands for a value that was kept.
    let method: String
    let target: String
    let body: String?
    let status: Int
    /// Values of the answer that later examples use: name, and where it is in the JSON (`project.id`).
    let keeps: [String: String]
    /// Fields of its head.
    let fields: [String]

    /// A request that is answered as its route promises.
    static func works(
        _ route: String,
        _ target: String? = nil,
        _ body: String? = nil,
        status: Int = 200,
        keeps: [String: String] = [:],
        fields: [String] = []
    ) -> RouteExample {
        RouteExample(route, target, body, status, keeps, fields: fields)
    }

    /// A request that is refused.
    static func fails(
        _ route: String,
        _ target: String? = nil,
        _ body: String? = nil,
        method: String? = nil,
        status: Int = 400
    ) -> RouteExample {
        RouteExample(route, target, body, status, [:], method: method)
    }

    private init(
        _ route: String,
        _ target: String?,
        _ body: String?,
        _ status: Int,
        _ keeps: [String: String],
        method: String? = nil,
        fields: [String] = []
    ) {
        let parts = route.split(separator: " ").map(String.init)
        self.route = route
        self.method = method ?? parts[0]
        self.target = target ?? parts[1]
        self.body = body
        self.status = status
        self.keeps = keeps
        self.fields = fields
    }

    var isSuccess: Bool { status < 400 }

    func request(with values: [String: String]) -> (target: String, body: String?) {
        func filled(_ text: String) -> String {
            values.reduce(text) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
        }
        return (filled(target), body.map(filled))
    }

    /// The text under a path of names in an answer.
    static func value(_ path: String, in json: [String: any Sendable]) -> String? {
        var value: (any Sendable)? = json
        for name in path.split(separator: ".") { value = (value as? [String: any Sendable])?[String(name)] }
        return value as? String
    }
}
