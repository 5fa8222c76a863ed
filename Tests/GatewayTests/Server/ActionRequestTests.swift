import Testing

@testable import Gateway

struct ActionRequestTests {
    private static let action =
        #"{"tool_name":"Bash","tool_type":"builtin","input":"run the test suite","session_id":"s1","project_path":"/p"}"#

    @Test func recordsListsAndSuggests() async throws {
        try await TestServer.run { (server) async throws in
            let port = server.restPort
            let created = try RawHTTP.request("POST", "/api/actions", port: port, body: ActionRequestTests.action)
            #expect(created.status == 201)
            let action = try #require(try created.json["action"] as? [String: any Sendable])
            #expect(action["tool_name"] as? String == "Bash")
            #expect(action["exit_code"] as? Int == 0)
            #expect(action["keywords_extracted"] as? Int == 3)
            #expect(try created.json["success"] as? Bool == true)

            let list = try RawHTTP.request("GET", "/api/actions?limit=5&session_id=s1", port: port).json
            #expect(list["count"] as? Int == 1)
            let listed = try #require((list["actions"] as? [[String: any Sendable]])?.first)
            #expect(listed["id"] as? String == action["id"] as? String)

            let suggest = try RawHTTP.request("GET", "/api/routing/suggest?q=the%20test%20suite", port: port).json
            #expect(suggest["compat_output"] as? String == "Bash|builtin|1")
            let stats = try RawHTTP.request("GET", "/stats", port: port).json
            #expect(stats["actionCount"] as? Int == 1)
            #expect(stats["projectCount"] as? Int == 1)
            let hours = try RawHTTP.request("GET", "/api/actions/hourly", port: port).json
            #expect((hours["data"] as? [[String: any Sendable]])?.first?["count"] as? Int == 1)
        }
    }

    @Test func deletesOneAndThoseOfASession() async throws {
        try await TestServer.run { (server) async throws in
            let port = server.restPort
            var ids: [String] = []
            for _ in 0..<3 {
                let answer = try RawHTTP.request("POST", "/api/actions", port: port, body: ActionRequestTests.action)
                ids.append(try #require((try answer.json["action"] as? [String: any Sendable])?["id"] as? String))
            }
            #expect(try RawHTTP.request("DELETE", "/api/actions/\(ids[0])", port: port).status == 204)
            let again = try RawHTTP.request("DELETE", "/api/actions/\(ids[0])", port: port)
            #expect(again.status == 404)
            #expect(try again.json["error"] as? String == "Action not found")
            #expect(try RawHTTP.request("DELETE", "/api/actions/nonsense", port: port).status == 400)
            let bulk = try RawHTTP.request("DELETE", "/api/actions/by-session/s1", port: port)
            #expect(bulk.status == 200)
            #expect(try bulk.json["deleted_count"] as? Int == 2)
        }
    }

    @Test(arguments: [
        (#"{"tool_name":"a"}"#, ["tool_type"]),
        (#"{"tool_name":"","tool_type":"x"}"#, ["tool_name", "tool_type"]),
        (#"{"tool_name":1,"tool_type":"mcp"}"#, ["tool_name"]),
        (#"{"tool_name":"a\u0000","tool_type":"mcp"}"#, ["tool_name"]),
        (
            #"{"tool_name":"a","tool_type":"mcp","session_id":"s\u0000","project_path":"\u0000","file_paths":["a","\u0000"]}"#,
            ["file_paths", "project_path", "session_id"]
        ),
        (#"{"tool_name":"a","tool_type":"mcp","exit_code":"0","duration_ms":-1}"#, ["duration_ms", "exit_code"]),
        (#"{"tool_name":"a","tool_type":"mcp","file_paths":"x","subtask_id":"y"}"#, ["file_paths", "subtask_id"]),
    ])
    func namesWrongFields(_ body: String, _ fields: [String]) async throws {
        try await TestServer.run { (server) async throws in
            let answer = try RawHTTP.request("POST", "/api/actions", port: server.restPort, body: body)
            #expect(answer.status == 400)
            #expect(try answer.json["error"] as? String == "Validation failed")
            let details = try #require(try answer.json["details"] as? [String: any Sendable])
            #expect(details.keys.sorted() == fields)
        }
    }

    @Test(arguments: ["", "{", "nonsense", "{\"a\":\u{1}}"])
    func refusesMalformedJSON(_ body: String) async throws {
        try await TestServer.run { (server) async throws in
            let answer = try RawHTTP.request("POST", "/api/actions", port: server.restPort, body: body)
            #expect(answer.status == 400)
            #expect((try answer.json["error"] as? String)?.hasPrefix("Malformed JSON") == true)
        }
    }

    @Test func takesNullsAndUnknownFields() async throws {
        try await TestServer.run { (server) async throws in
            let body =
                #"{"tool_name":"a","tool_type":"skill","input":null,"exit_code":null,"session_id":null,"x":[{}]}"#
            #expect(try RawHTTP.request("POST", "/api/actions", port: server.restPort, body: body).status == 201)
        }
    }

    @Test(arguments: ["limit=-1", "limit=x", "limit=0", "offset=-1", "offset=1.5"])
    func refusesWrongPages(_ query: String) async throws {
        try await TestServer.run { (server) async throws in
            #expect(try RawHTTP.request("GET", "/api/actions?\(query)", port: server.restPort).status == 400)
        }
    }

    @Test func storesARepeatedRequestOnce() async throws {
        try await TestServer.run { (server) async throws in
            let port = server.restPort
            let key = ["Idempotency-Key: k1"]
            let first = try RawHTTP.request(
                "POST",
                "/api/actions",
                port: port,
                body: ActionRequestTests.action,
                fields: key
            )
            let second = try RawHTTP.request(
                "POST",
                "/api/actions",
                port: port,
                body: ActionRequestTests.action,
                fields: key
            )
            #expect(first.status == 201)
            #expect(second.status == 201)
            #expect(first.body == second.body)
            let other = #"{"tool_name":"b","tool_type":"mcp"}"#
            #expect(try RawHTTP.request("POST", "/api/actions", port: port, body: other, fields: key).status == 422)
            #expect(try RawHTTP.request("GET", "/stats", port: port).json["actionCount"] as? Int == 1)
        }
    }

    @Test func learnsFromFeedback() async throws {
        try await TestServer.run { (server) async throws in
            let port = server.restPort
            _ = try RawHTTP.request("POST", "/api/actions", port: port, body: ActionRequestTests.action)
            let aliases = #"{"selected_tool":"Bash","keywords":["suite","unknown"],"accepted":true}"#
            let answer = try RawHTTP.request("POST", "/api/routing/feedback", port: port, body: aliases)
            #expect(answer.status == 200)
            #expect(try answer.json["updated"] as? Int == 1)
            let suggest = try RawHTTP.request("GET", "/api/routing/suggest?keywords=suite", port: port).json
            #expect(suggest["compat_output"] as? String == "Bash|builtin|1.2")
            let silent = #"{"tool_name":"Bash","keywords":["suite"]}"#
            #expect(try RawHTTP.request("POST", "/api/routing/feedback", port: port, body: silent).status == 400)
            #expect(try RawHTTP.request("POST", "/api/routing/feedback", port: port, body: "{}").status == 400)
        }
    }

    @Test func asksForKeywords() async throws {
        try await TestServer.run { (server) async throws in
            let missing = try RawHTTP.request("GET", "/api/routing/suggest", port: server.restPort)
            #expect(missing.status == 400)
            #expect(try missing.json["error"] as? String == "Missing required query parameter: keywords")
            let empty = try RawHTTP.request("GET", "/api/routing/suggest?keywords=,%20,", port: server.restPort)
            #expect(try empty.json["error"] as? String == "No valid keywords provided")
        }
    }
}
