import Agents
import HTTPTypes
import Testing

@testable import Gateway

struct JSONBodyTests {
    private func body(_ json: String) throws -> JSONBody { try JSONBody(Array(json.utf8)) }

    private func problems(_ json: String, _ read: (inout JSONBody) -> Void) throws -> [String: [String]] {
        var body = try body(json)
        read(&body)
        do throws(GatewayError) {
            try body.check()
            return [:]
        } catch {
            return error.details
        }
    }

    @Test(arguments: ["", "{", "[]", "1", "null", #"{"a":1,}"#, #"{"a":1} x"#, "\u{0}"])
    func refusesWhatIsNoObject(_ json: String) {
        #expect(throws: GatewayError.self) { try body(json) }
    }

    @Test(arguments: [
        ("null", "Expected a JSON object"), ("[]", "Expected a JSON object"), ("3", "Expected a JSON object"),
    ])
    func saysThatOtherJSONIsNoObject(_ json: String, _ message: String) {
        #expect(throws: GatewayError(.badRequest, message)) { try body(json) }
    }

    @Test func refusesMoreFieldsThanAnyRouteHas() throws {
        func object(_ count: Int) -> String { "{\((0..<count).map { "\"\($0)\":0" }.joined(separator: ","))}" }
        #expect(throws: Never.self) { try body(object(200)) }
        #expect(throws: GatewayError(.badRequest, "A body has at most 200 fields")) { try body(object(201)) }
    }

    @Test func readsFields() throws {
        var body = try body(
            #"{"s":"ä\n","n":-3,"b":true,"l":["x","y"],"u":"01A209A6-7FAF-7000-83FF-4B7C1AFAB3A9","t":"mcp"}"#
        )
        #expect(body.string("s") == "ä\n")
        #expect(body.integer("n", in: -5...5) == -3)
        #expect(body.bool("b") == true)
        #expect(body.strings("l") == ["x", "y"])
        #expect(body.uuid("u") == "01a209a6-7faf-7000-83ff-4b7c1afab3a9")
        let type: ToolType? = body.choice("t", required: true)
        #expect(type == .mcp)
        #expect(body.requiredString("missing", aliases: ["s"]) == "ä\n")
        try body.check()
    }

    @Test func takesNullAsAbsent() throws {
        let found = try problems(#"{"s":null,"n":null,"b":null,"l":null,"u":null}"#) { body in
            #expect(body.string("s") == nil)
            #expect(body.integer("n", in: 0...1) == nil)
            #expect(body.bool("b") == nil)
            #expect(body.strings("l") == nil)
            #expect(body.uuid("u") == nil)
        }
        #expect(found.isEmpty)
    }

    @Test(arguments: [
        (#"{"f":1}"#, "expected a string"), (#"{"f":""}"#, "f is required"), (#"{}"#, "f is required"),
        (#"{"f":null}"#, "f is required"), (#"{"f":"a","f":"b"}"#, "occurs twice"),
    ])
    func namesWhatIsWrongWithAString(_ json: String, _ text: String) throws {
        #expect(try problems(json) { _ = $0.requiredString("f") } == ["f": [text]])
    }

    @Test(arguments: [#"{"f":"1"}"#, #"{"f":1.5}"#, #"{"f":true}"#, #"{"f":99}"#, #"{"f":1e400}"#])
    func refusesOtherNumbers(_ json: String) throws {
        #expect(try problems(json) { _ = $0.integer("f", in: 0...10) }.keys.elementsEqual(["f"]))
    }

    @Test(arguments: [#"{"f":"x"}"#, #"{"f":[1]}"#, #"{"f":{}}"#, #"{"f":["a",null]}"#])
    func refusesOtherArrays(_ json: String) throws {
        #expect(try problems(json) { _ = $0.strings("f") }.keys.elementsEqual(["f"]))
    }

    @Test func collectsAllProblems() throws {
        let found = try problems(#"{"a":1,"b":"x"}"#) { body in
            _ = body.string("a")
            _ = body.bool("b")
            let _: ToolType? = body.choice("c", required: true)
        }
        #expect(found.keys.sorted() == ["a", "b", "c"])
    }
}
