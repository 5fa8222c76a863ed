internal import Bus

/// Reads the form fields of hooks that know their tool call from environment variables, as the original's did.
///
/// Fields: `tool_name`, `tool_input`, `tool_output`, `exit_code`, `duration_ms`, `file_paths` (separated by commas),
/// `session_id`, `project_path`. Empty counts as absent, others are ignored.
package enum EnvironmentHook {
    /// The action that the fields report.
    ///
    /// - Throws: `AgentsError` with code `invalid`.
    package static func action(from fields: [String: String]) throws(AgentsError) -> NewAction {
        func field(_ name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }
        var problems: [AgentsError.Problem] = []
        func integer(_ name: String) -> Int? {
            guard let text = field(name) else { return nil }
            let value = Int(text)
            if value == nil { problems.append(.init(field: name, text: "must be a whole number")) }
            return value
        }
        let toolName = field("tool_name") ?? ""
        let input = field("tool_input")
        let details = input.map(toolInput) ?? ToolInput()
        let listed = (field("file_paths") ?? "").split(separator: ",").map(trimmed).filter { !$0.isEmpty }
        var action = NewAction(
            toolName: details.effectiveName(of: toolName),
            toolType: ToolType(toolName: toolName),
            filePaths: listed.isEmpty ? details.filePaths : listed,
            exitCode: integer("exit_code"),
            durationMilliseconds: integer("duration_ms"),
            sessionID: field("session_id"),
            projectPath: field("project_path")
        )
        if let text = input.map({ HookText($0) }) {
            (action.input, action.inputIsCut) = (text.text, text.isCut)
        }
        if let text = field("tool_output").map({ HookText($0) }) {
            (action.output, action.outputIsCut) = (text.text, text.isCut)
        }
        action.fit()
        problems += action.problems
        guard problems.isEmpty else { throw .invalid(problems) }
        return action
    }

    /// The input is mostly JSON, but nothing promises it.
    private static func toolInput(_ text: String) -> ToolInput {
        let bytes = text.utf8Span.span
        guard let value = try? JSONScanner.validate(bytes) else { return ToolInput() }
        return ToolInput(bytes, value)
    }

    private static func trimmed(_ text: Substring) -> String {
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
        return String(text[..<end].drop { $0 == " " })
    }
}
