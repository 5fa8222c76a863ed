import Testing

@testable import Agents

struct EnvironmentHookTests {
    @Test func allFields() throws {
        let action = try EnvironmentHook.action(from: [
            "tool_name": "Edit", "tool_input": #"{"file_path":"/z"}"#, "tool_output": "ok", "exit_code": "2",
            "duration_ms": "15", "file_paths": " /a , /b,,", "session_id": "s", "project_path": "/p", "other": "x",
        ])
        #expect(
            action
                == NewAction(
                    toolName: "Edit",
                    toolType: .builtin,
                    input: #"{"file_path":"/z"}"#,
                    output: "ok",
                    filePaths: ["/a", "/b"],
                    exitCode: 2,
                    durationMilliseconds: 15,
                    sessionID: "s",
                    projectPath: "/p"
                )
        )
    }

    @Test func emptyIsAbsent() throws {
        let fields = Dictionary(
            uniqueKeysWithValues: [
                "tool_input", "tool_output", "exit_code", "duration_ms", "file_paths", "session_id", "project_path",
            ].map { ($0, "") }
        )
        let action = try EnvironmentHook.action(from: fields.merging(["tool_name": "/review"]) { $1 })
        #expect(action == NewAction(toolName: "/review", toolType: .command))
    }

    @Test func pathsAndNamesComeFromAnInputThatIsJSON() throws {
        let edit = try EnvironmentHook.action(from: ["tool_name": "Edit", "tool_input": #"{"file_path":"/z"}"#])
        #expect(edit.filePaths == ["/z"])
        let skill = try EnvironmentHook.action(from: ["tool_name": "Skill", "tool_input": #"{"skill":"review"}"#])
        #expect(skill.toolName == "review")
        #expect(skill.toolType == .skill)
        let text = try EnvironmentHook.action(from: ["tool_name": "Skill", "tool_input": "{not json"])
        #expect(text.toolName == "Skill")
    }

    @Test func longTextsAreCut() throws {
        let long = String(repeating: "x", count: 20_000)
        let action = try EnvironmentHook.action(from: ["tool_name": "T", "tool_input": long, "tool_output": long])
        #expect(action.input?.count == 10_240)
        #expect(action.inputIsCut)
        #expect(action.outputIsCut)
    }

    @Test func whatIsTooLongIsCutOrLeftOut() throws {
        let long = String(repeating: "x", count: 5000)
        let action = try EnvironmentHook.action(from: [
            "tool_name": "\0T\(long)", "session_id": "s\0", "project_path": long,
            "file_paths": "/a,/\0b,\(long)," + repeatElement("/c", count: 2000).joined(separator: ","),
        ])
        #expect(action.toolName == "T\(long.prefix(511))")
        #expect(action.sessionID == "s")
        #expect(action.projectPath == String(long.prefix(4096)))
        #expect(action.filePaths == ["/a", "/b"] + Array(repeating: "/c", count: 998))
    }

    @Test func allPathsTogetherAreBounded() throws {
        let paths = (0..<30).map { "/\($0)/" + String(repeating: "y", count: 4000) }
        let action = try EnvironmentHook.action(from: ["tool_name": "T", "file_paths": paths.joined(separator: ",")])
        #expect(action.filePaths == Array(paths.prefix(16)))
    }

    @Test(arguments: [
        (["tool_input": "x"], ["tool_name"]), (["tool_name": "T", "exit_code": "x"], ["exit_code"]),
        (["tool_name": "T", "duration_ms": "-1"], ["duration_ms"]),
        (["tool_name": "T", "exit_code": "2147483648"], ["exit_code"]),
        (["tool_name": "T", "duration_ms": "1.5", "exit_code": "99999999999999999999"], ["exit_code", "duration_ms"]),
    ])
    func wrongFieldsAreNamed(fields: [String: String], wrong: [String]) {
        do throws(AgentsError) {
            _ = try EnvironmentHook.action(from: fields)
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.problems.map(\.field) == wrong)
        }
    }
}
