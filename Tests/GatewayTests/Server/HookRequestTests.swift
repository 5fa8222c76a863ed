import Testing

@testable import Gateway

struct HookRequestTests {
    private static func report(_ event: String, _ rest: String) -> String {
        #"{"session_id":"s1","transcript_path":"/t","cwd":"/home/p","hook_event_name":"\#(event)",\#(rest)}"#
    }

    @Test func cutsWhatIsTooDeepOrTooLong() async throws {
        try await TestServer.run { (server) async throws in
            let deep = String(repeating: #"{"a":["#, count: 500) + String(repeating: "]}", count: 500)
            let cwd = "/" + String(repeating: "p", count: 5000)
            let body = #"""
                {"hook_event_name":"PostToolUse","session_id":"s\u0000","cwd":"\#(cwd)","tool_name":"T","tool_input":\#(deep)}
                """#
            let answer = try RawHTTP.request("POST", "/hooks/claude", port: server.restPort, body: body)
            #expect(answer.status == 200)
            let list = try RawHTTP.request("GET", "/api/actions?session_id=s", port: server.restPort).json
            let action = try #require((list["actions"] as? [[String: any Sendable]])?.first)
            #expect(action["project_path"] as? String == String(cwd.prefix(4096)))
        }
    }

    @Test func recordsAToolCallOnce() async throws {
        try await TestServer.run { (server) async throws in
            let port = server.restPort
            let body = HookRequestTests.report(
                "PostToolUse",
                #""tool_name":"Bash","tool_input":{"command":"npm run build"},"tool_response":{"stdout":"ok"},"tool_use_id":"t1","duration_ms":12"#
            )
            for _ in 0..<2 {
                let answer = try RawHTTP.request("POST", "/hooks/claude", port: port, body: body)
                #expect(answer.status == 200)
                #expect(answer.body.isEmpty)
            }
            let actions = try #require(
                try RawHTTP.request("GET", "/api/actions", port: port).json["actions"] as? [[String: any Sendable]]
            )
            #expect(actions.count == 1)
            #expect(actions[0]["tool_name"] as? String == "Bash")
            #expect(actions[0]["duration_ms"] as? Int == 12)
            #expect(actions[0]["project_path"] as? String == "/home/p")
            let suggest = try RawHTTP.request("GET", "/api/routing/suggest?q=npm%20build", port: port).json
            #expect(suggest["count"] as? Int == 1)
        }
    }

    @Test func learnsFromAFailure() async throws {
        try await TestServer.run { (server) async throws in
            let body = HookRequestTests.report(
                "PostToolUseFailure",
                #""tool_name":"Bash","tool_input":{"command":"make"},"tool_use_id":"t2","error":"Exit code 2\nmake: ***""#
            )
            #expect(try RawHTTP.request("POST", "/hooks/claude", port: server.restPort, body: body).status == 200)
            let list = try RawHTTP.request("GET", "/api/actions", port: server.restPort).json
            let action = try #require((list["actions"] as? [[String: any Sendable]])?.first)
            #expect(action["exit_code"] as? Int == 2)
        }
    }

    @Test func cutsLargeOutputs() async throws {
        try await TestServer.run { (server) async throws in
            let output = String(repeating: "x", count: 3 << 20)
            let body = HookRequestTests.report(
                "PostToolUse",
                #""tool_name":"Read","tool_input":{"file_path":"/a"},"tool_response":"\#(output)""#
            )
            #expect(try RawHTTP.request("POST", "/hooks/claude", port: server.restPort, body: body).status == 200)
            #expect(try RawHTTP.request("GET", "/stats", port: server.restPort).json["actionCount"] as? Int == 1)
        }
    }

    @Test func acceptsOtherEventsAndKeepsNothing() async throws {
        try await TestServer.run { (server) async throws in
            let body = HookRequestTests.report("Stop", #""stop_hook_active":false"#)
            #expect(try RawHTTP.request("POST", "/hooks/claude", port: server.restPort, body: body).status == 200)
            #expect(try RawHTTP.request("POST", "/hooks/claude", port: server.restPort, body: "{}").status == 400)
            #expect(try RawHTTP.request("GET", "/stats", port: server.restPort).json["actionCount"] as? Int == 0)
        }
    }

    @Test func takesTheOldVariables() async throws {
        try await TestServer.run { (server) async throws in
            let form =
                "tool_name=Edit&tool_input=%7B%22file_path%22%3A%22%2Fa%20b%22%7D&exit_code=1&file_paths=/a,%20/b&project_path=/q"
            #expect(try RawHTTP.request("POST", "/hooks/env", port: server.restPort, body: form).status == 200)
            let list = try RawHTTP.request("GET", "/api/actions", port: server.restPort).json
            let action = try #require((list["actions"] as? [[String: any Sendable]])?.first)
            #expect(action["exit_code"] as? Int == 1)
            #expect(action["file_paths"] as? [String] == ["/a", "/b"])
        }
    }
}
