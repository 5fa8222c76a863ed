import Testing

@testable import Agents

struct ClaudeHookTests {
    private func report(_ json: String) throws(AgentsError) -> HookReport {
        try ClaudeHook.report(from: json.utf8Span.span)
    }

    private func action(_ json: String) throws -> NewAction {
        guard case .action(let action, _) = try report(json) else {
            Issue.record("no action")
            throw AgentsError(.internalFailure, "no action")
        }
        return action
    }

    private let bash = """
        {"session_id":"abc","prompt_id":"p","transcript_path":"/t.jsonl","cwd":"/home/me/project",
         "permission_mode":"default","effort":{"level":"high"},"hook_event_name":"PostToolUse","tool_name":"Bash",
         "tool_input":{"command":"git status","description":"Show the state"},
         "tool_response":{"stdout":"clean","stderr":"","interrupted":false,"isImage":false},
         "tool_use_id":"toolu_01","duration_ms":12}
        """

    @Test func aSuccessfulCall() throws {
        guard case .action(let action, let repeatable) = try report(bash) else {
            Issue.record("no action")
            return
        }
        #expect(
            action
                == NewAction(
                    toolName: "Bash",
                    toolType: .builtin,
                    input: #"{"command":"git status","description":"Show the state"}"#,
                    output: #"{"stdout":"clean","stderr":"","interrupted":false,"isImage":false}"#,
                    exitCode: 0,
                    durationMilliseconds: 12,
                    sessionID: "abc",
                    projectPath: "/home/me/project"
                )
        )
        #expect(repeatable?.key == "claude:abc:toolu_01:PostToolUse")
        #expect(repeatable?.whenUncertain == .record)
    }

    @Test func theSameCallHasTheSameFingerprintWhateverItSays() throws {
        let later = bash.replacing("\"duration_ms\":12", with: "\"duration_ms\":13")
        guard case .action(_, let first) = try report(bash), case .action(_, let second) = try report(later) else {
            Issue.record("no action")
            return
        }
        #expect(first == second)
    }

    @Test(arguments: [
        (#""error":"Exit code 127\nbash: foo: command not found""#, 127), (#""error":"Exit code 1""#, 1),
        (#""error":"Exit code x""#, 1), (#""error":"Exit code 99999999999""#, 1), (#""error":"File not found""#, 1),
        (#""error":"""#, 1), (#""x":1"#, 1),
        (#""error":"Exit code 2","is_interrupt":true"#, nil), (#""error":"Exit code 2","is_interrupt":false"#, 2),
        (#""error":"later\nExit code 3""#, 1), (#""error":{"a":1}"#, 1),
    ])
    func failures(field: String, code: Int?) throws {
        let action = try action(#"{"hook_event_name":"PostToolUseFailure","tool_name":"Bash",\#(field)}"#)
        #expect(action.exitCode == code)
        #expect(action.toolName == "Bash")
    }

    @Test func theErrorIsTheOutput() throws {
        let json = #"{"hook_event_name":"PostToolUseFailure","tool_name":"Bash","error":"Exit code 1\nno"}"#
        #expect(try action(json).output == "Exit code 1\nno")
    }

    @Test(arguments: [
        (#""tool_name":"Skill","tool_input":{"skill":"review"}"#, "review", ToolType.skill),
        (#""tool_name":"Agent","tool_input":{"subagent_type":"swift-expert"}"#, "swift-expert", .agent),
        (#""tool_name":"Task","tool_input":{"subagent_type":"x"}"#, "x", .agent),
        (#""tool_name":"Task","tool_input":{"subagent_type":null}"#, "Task", .agent),
        (#""tool_name":"Task","tool_input":{"subagent_type":7}"#, "Task", .agent),
        (#""tool_name":"Skill","tool_input":"text""#, "Skill", .skill),
        (#""tool_name":"Bash","tool_input":{"skill":"review"}"#, "Bash", .builtin),
        (#""tool_name":"mcp__a__b""#, "mcp__a__b", .mcp),
    ])
    func effectiveNames(fields: String, name: String, type: ToolType) throws {
        let action = try action(#"{"hook_event_name":"PostToolUse",\#(fields)}"#)
        #expect(action.toolName == name)
        #expect(action.toolType == type)
    }

    @Test(arguments: [
        (#"{"file_path":"/a/\u00e9.swift","content":"x"}"#, ["/a/é.swift"]),
        (#"{"notebook_path":"/n.ipynb"}"#, ["/n.ipynb"]), (#"{"pattern":"x","path":"/src"}"#, ["/src"]),
        (#"{"file_path":"/a","path":"/b"}"#, ["/a", "/b"]), (#"{"file_path":"","path":3}"#, []), (#"[1]"#, []),
        (#"{"file_path":"/a","file_path":"/b"}"#, []),
    ])
    func filePaths(input: String, paths: [String]) throws {
        let json = #"{"hook_event_name":"PostToolUse","tool_name":"Edit","tool_input":\#(input)}"#
        #expect(try action(json).filePaths == paths)
    }

    @Test func absentAndNullFieldsAreUnknown() throws {
        let json = """
            {"hook_event_name":"PostToolUse","tool_name":"T","tool_input":null,"tool_response":null,"session_id":null,
             "cwd":"","duration_ms":-5,"tool_use_id":null}
            """
        guard case .action(let action, let repeatable) = try report(json) else {
            Issue.record("no action")
            return
        }
        #expect(action == NewAction(toolName: "T", toolType: .builtin, exitCode: 0))
        #expect(repeatable == nil)
    }

    @Test func largeInputsAndOutputsAreCut() throws {
        let long = String(repeating: "é", count: 3_000_000)
        let json = """
            {"hook_event_name":"PostToolUse","tool_name":"Write","tool_input":{"file_path":"/a","content":"\(long)"},
             "tool_response":"\(long)"}
            """
        let action = try action(json)
        #expect(action.input?.unicodeScalars.count == 10_240)
        #expect(action.output?.unicodeScalars.count == 10_240)
        #expect(action.inputIsCut)
        #expect(action.outputIsCut)
        #expect(action.filePaths == ["/a"])
    }

    @Test(arguments: [
        "SessionStart", "PreToolUse", "PostToolBatch", "Stop", "Notification", "EventOfTomorrow",
    ])
    func otherEventsAreIgnored(event: String) throws {
        #expect(try report(#"{"hook_event_name":"\#(event)","tool_name":5}"#) == .ignored(event: event))
    }

    @Test(arguments: [
        "", "[]", "null", "{", #"{"hook_event_name":"PostToolUse"}"#, #"{"tool_name":"Bash"}"#,
        #"{"hook_event_name":3,"tool_name":"Bash"}"#, #"{"hook_event_name":"PostToolUse","tool_name":["Bash"]}"#,
        #"{"hook_event_name":"PostToolUse","tool_name":"Bash","session_id":5}"#,
        #"{"hook_event_name":"PostToolUse","tool_name":"Bash"} x"#,
        #"{"hook_event_name":"PostToolUse","tool_name":"A","tool_name":"B"}"#,
        #"{"hook_event_name":"PostToolUse","tool_name":"\uD800"}"#,
    ])
    func whatIsNoReportIsInvalid(json: String) {
        do throws(AgentsError) {
            _ = try report(json)
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == .invalid)
        }
    }

    @Test(arguments: [
        ("tool_name", 512), ("session_id", 512), ("cwd", 4096),
    ])
    func overlongNamesAreCut(field: String, limit: Int) throws {
        var fields = ["tool_name": "T"]
        // Three bytes each: no multiple of the limits.
        fields[field] = String(repeating: "語", count: 30_000)
        let text = fields.map { #""\#($0)":"\#($1)""# }.joined(separator: ",")
        let action = try action(#"{"hook_event_name":"PostToolUse",\#(text)}"#)
        let kept = ["tool_name": action.toolName, "session_id": action.sessionID, "cwd": action.projectPath][field]
        #expect(kept == String(repeating: "語", count: limit / 3))
    }

    @Test func anOverlongCallIsTheSameCallOnlyInFull() throws {
        let call = String(repeating: "c", count: 30_000)
        func key(_ call: String) throws -> String? {
            let json = #"{"hook_event_name":"PostToolUse","tool_name":"T","tool_use_id":"\#(call)"}"#
            guard case .action(_, let repeatable) = try report(json) else { return nil }
            return repeatable?.key
        }
        #expect(try key(call) == key(call))
        #expect(try key(call) != key(call + "d"))
    }

    @Test func namesLoseTheirNULs() throws {
        let action = try action(
            #"""
            {"hook_event_name":"PostToolUse","session_id":"\u0000s\u00001","cwd":"/p\u0000","tool_name":"T\u0000",
             "tool_input":{"file_path":"/f\u0000"},"tool_use_id":"\u0000"}
            """#
        )
        #expect(action.sessionID == "s1")
        #expect(action.projectPath == "/p")
        #expect(action.toolName == "T")
        #expect(action.filePaths == ["/f"])
    }

    @Test(arguments: [129, 500, 100_000])
    func whatIsTooDeepIsLeftOut(depth: Int) throws {
        let deep = String(repeating: #"{"a":["#, count: depth) + #""[{\"""# + String(repeating: "]}", count: depth)
        let action = try action(
            #"""
            {"hook_event_name":"PostToolUse","tool_name":"T","tool_response":{"stdout":"fine"},
             "tool_input":{"file_path":"/f","deep":\#(deep),"after":true},"session_id":"s"}
            """#
        )
        #expect(action.input?.contains("null") == true)
        #expect(action.input?.hasSuffix(#""after":true}"#) == true)
        #expect(action.inputIsCut)
        #expect(action.filePaths == ["/f"])
        #expect(action.output == #"{"stdout":"fine"}"#)
        #expect(!action.outputIsCut)
        #expect(action.sessionID == "s")
    }

    @Test(arguments: ["null", "[]", "7"]) func otherJSONIsNoObject(json: String) {
        #expect(throws: AgentsError(.invalid, "Expected a JSON object")) { try report(json) }
    }

    @Test func everyBeginningOfABodyIsRefused() {
        let bytes = Array(bash.utf8)
        for count in bytes.indices {
            let beginning = String(decoding: bytes[..<count], as: UTF8.self)
            #expect(throws: AgentsError.self) { try report(beginning) }
        }
    }
}
