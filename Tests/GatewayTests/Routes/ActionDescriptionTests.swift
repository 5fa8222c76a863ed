import Foundation
import Testing

@testable import Gateway

/// `POST /api/actions` decodes its body by hand: what it takes has to be what its description says.
@Suite(.timeLimit(.minutes(2))) struct ActionDescriptionTests {
    private static let whole: [String: any Sendable] = [
        "tool_name": "Bash", "tool_type": "mcp", "input": "in", "output": "out", "exit_code": 3, "duration_ms": 5,
        "file_paths": ["/a"], "subtask_id": RouteExamples.nobody, "session_id": "s", "project_path": "/p",
    ]

    private func post(_ body: [String: any Sendable], _ server: TestServer) throws -> RawHTTP.Answer {
        let json = try JSONSerialization.data(withJSONObject: body)
        return try RawHTTP.request(
            "POST",
            "/api/actions",
            port: server.restPort,
            body: String(decoding: json, as: UTF8.self)
        )
    }

    @Test func takesWhatIsDescribedAndNothingElse() async throws {
        let fields = ActionDescriptions.record.body
        #expect(Set(fields.map(\.name)) == Set(ActionDescriptionTests.whole.keys))
        try await TestServer.run { (server) async throws in
            #expect(try post(ActionDescriptionTests.whole, server).status == 201)
            for field in fields {
                var body = ActionDescriptionTests.whole
                body[field.name] = ["wrong": "type"]
                let wrong = try post(body, server)
                #expect(wrong.status == 400, "\(field.name)")
                #expect((try wrong.json["details"] as? [String: any Sendable])?.keys.sorted() == [field.name])
                body[field.name] = nil
                #expect(try post(body, server).status == (field.isRequired ? 400 : 201), "\(field.name)")
                body[field.name] = NSNull()
                #expect(try post(body, server).status == (field.isRequired ? 400 : 201), "\(field.name)")
            }
        }
    }

    @Test func hasTheLimitsThatAreDescribed() async throws {
        try await TestServer.run { (server) async throws in
            for field in ActionDescriptions.record.body {
                for (value, isRight) in ActionDescriptionTests.edges(of: field.type) {
                    var body = ActionDescriptionTests.whole
                    body[field.name] = value
                    #expect(try post(body, server).status == (isRight ? 201 : 400), "\(field.name)")
                }
            }
        }
    }

    /// Values at both sides of each limit.
    private static func edges(of type: FieldType) -> [(any Sendable, isRight: Bool)] {
        func text(_ count: Int) -> String { String(repeating: "x", count: count) }
        switch type {
        // The longest texts are bounded by the body and not by the field.
        case .text(let bytes) where bytes.upperBound < Route.defaultBodyLimit:
            return [
                (text(bytes.upperBound), true), (text(bytes.upperBound + 1), false), (text(bytes.lowerBound), true),
            ]
        case .integer(let range):
            return [
                (range.lowerBound, true), (range.lowerBound - 1, false), (range.upperBound, true),
                (range.upperBound + 1, false),
            ]
        case .choice(let choices): return choices.map { ($0, true) } + [("no", false)]
        case .texts(let count, let bytes):
            return [
                (Array(repeating: "", count: count), true), (Array(repeating: "", count: count + 1), false),
                ([text(bytes.upperBound)], true), ([text(bytes.upperBound + 1)], false),
            ]
        case .uuid: return [("x", false)]
        default: return []
        }
    }
}
