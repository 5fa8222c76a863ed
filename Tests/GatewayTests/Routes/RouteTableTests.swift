import Bus
import HTTPTypes
import Storage
import TestSupport
import Testing

@testable import Gateway

/// The router's table against the examples, and the answers against the table.
@Suite(.timeLimit(.minutes(3))) struct RouteTableTests {
    enum Place: CaseIterable, Sendable {
        case embedded, postgres

        func location() async throws -> StoreLocation {
            switch self {
            case .embedded: .embedded
            case .postgres:
                .postgres(try await PostgresServer.shared().options(database: PostgresServer.newDatabase()))
            }
        }
    }

    @Test(arguments: Place.allCases)
    func examplesAreAnsweredAsDescribed(place: Place) async throws {
        try await TestServer.run(location: try await place.location()) { (server) async throws in
            let routes = Dictionary(uniqueKeysWithValues: server.gateway.routes.map { ($0.name, $0) })
            await server.bus.shards[0].answer(on: try #require(ChannelPattern("topics/examples")))
            var values = ["nobody": RouteExamples.nobody]
            for example in RouteExamples.all {
                let (target, body) = example.request(with: values)
                let what = "\(example.method) \(target) \(body ?? "")"
                // The request blocks, and whoever answers it may need a thread of the pool.
                let (method, port) = (example.method, server.restPort)
                let answer = try await onOwnThread {
                    try RawHTTP.patientRequest(method, target, port: port, body: body)
                }
                #expect(answer.status == example.status, "\(what): \(answer.text)")
                let route = try #require(routes[example.route], "no such route: \(example.route)")
                if example.method == route.method.rawValue { expect(answer, isDescribedBy: route, what) }
                if target.contains("stale=1") { #expect(try answer.json["behind"] != nil, "\(what)") }
                for (name, path) in example.keeps {
                    let value = RouteExample.value(path, in: try answer.json)
                    #expect(value != nil, "\(what): \(path)")
                    values[name] = value
                }
            }
        }
    }

    private func expect(_ answer: RawHTTP.Answer, isDescribedBy route: Route, _ what: String) {
        let description = route.description.answers.first { $0.status.code == answer.status }
        guard let description else {
            #expect(answer.status == 400, "\(what): \(answer.status) is not described")
            return
        }
        switch description.body {
        case .none: #expect(answer.body.isEmpty, "\(what)")
        case .other(let type): #expect(answer.fields["content-type"]?.hasPrefix(type) == true, "\(what)")
        case .json(let schema):
            let problems = (try? schema.problems(with: answer.body)) ?? ["no JSON"]
            #expect(problems.isEmpty, "\(what): \(answer.text)")
        }
    }

    @Test func eachRouteHasAnExampleThatWorksAndOneThatFails() async throws {
        try await TestServer.run { (server) async throws in
            for (routes, examples) in [
                (server.gateway.routes, RouteExamples.all),
                (server.gateway.webSocketRoutes, RouteExamples.webSocketPort),
            ] {
                let working = Set(examples.filter(\.isSuccess).map(\.route))
                let failing = Set(examples.filter { !$0.isSuccess }.map(\.route))
                for route in routes {
                    #expect(working.contains(route.name), "\(route.name) has no example that works")
                    #expect(failing.contains(route.name), "\(route.name) has no example that fails")
                }
            }
        }
    }

    @Test func theWebSocketPortAnswersAsDescribed() async throws {
        try await TestServer.run { (server) async throws in
            let routes = Dictionary(uniqueKeysWithValues: server.gateway.webSocketRoutes.map { ($0.name, $0) })
            for example in RouteExamples.webSocketPort {
                let answer = try await onOwnThread { [port = server.webSocketPort] in
                    try RawHTTP.request(example.method, example.target, port: port, fields: example.fields)
                }
                let what = "\(example.method) \(example.target)"
                #expect(answer.status == example.status, "\(what): \(answer.text)")
                let route = try #require(routes[example.route], "no such route: \(example.route)")
                if example.method == route.method.rawValue { expect(answer, isDescribedBy: route, what) }
            }
        }
    }

    @Test func eachRouteIsDescribed() async throws {
        try await TestServer.run { (server) async throws in
            for route in server.gateway.routes {
                let names = route.segments.filter { $0.first == ":" }.map { String($0.dropFirst()) }
                #expect(route.description.path.map(\.name) == names, "\(route.name)")
                #expect(!route.description.summary.isEmpty && !route.description.tag.isEmpty, "\(route.name)")
                #expect(route.description.answers.contains { $0.status.code < 300 }, "\(route.name)")
            }
            #expect(Set(server.gateway.routes.map(\.name)).count == server.gateway.routes.count)
        }
    }

    @Test func theDocumentHasEachRoute() async throws {
        try await TestServer.run { (server) async throws in
            for (port, routes) in [
                (server.restPort, server.gateway.routes), (server.webSocketPort, server.gateway.webSocketRoutes),
            ] {
                let document = try RawHTTP.request("GET", "/openapi.json", port: port).json
                #expect(document["openapi"] as? String == "3.1.0")
                let paths = try #require(document["paths"] as? [String: [String: any Sendable]])
                let found = paths.flatMap { path, operations in operations.keys.map { "\($0.uppercased()) \(path)" } }
                let expected = routes.map { route in
                    let path = route.segments.map { $0.first == ":" ? "/{\($0.dropFirst())}" : "/\($0)" }.joined()
                    return "\(route.method.rawValue) \(path)"
                }
                #expect(found.sorted() == expected.sorted())
            }
        }
    }

    @Test func theDocumentOfRESTNamesWhatTheOtherPortAnswers() async throws {
        try await TestServer.run { (server) async throws in
            let document = try RawHTTP.request("GET", "/openapi.json", port: server.restPort).json
            let about = try #require((document["info"] as? [String: any Sendable])?["description"] as? String)
            for route in server.gateway.webSocketRoutes { #expect(about.contains(route.name)) }
        }
    }
}

/// Answers whatever is asked, on the loop: the threads that tasks run on are busy with the requests of the tests.
private final class Responder: MessageSink {
    func deliver(_ message: Message, on shard: isolated Shard) {
        guard let id = message.replyTo else { return }
        shard.reply(to: id, Reply(data: Array("1".utf8), sender: nil)) { _ in }
    }
}

extension Shard {
    fileprivate func answer(on pattern: ChannelPattern) { subscribe(Subscriber(.sink(Responder())), to: pattern) }
}
