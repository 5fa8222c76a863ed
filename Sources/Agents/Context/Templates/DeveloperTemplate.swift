internal import Storage

/// For agents that write code, and for researchers.
enum DeveloperTemplate {
    static func write(_ facts: BriefFacts, to text: inout BriefText) {
        text.section("Current task")
        if let task = facts.currentTask {
            text.task(task, at: facts.generatedAt)
        } else {
            text.line("No task is running or waiting.")
        }
        text.files(facts, title: "Relevant files", limit: 8)
        let actions = facts.history.prefix(5)
        if !actions.isEmpty {
            text.section("Last actions")
            for action in actions { text.item(describe(action)) }
        }
        if !facts.blockings.isEmpty {
            text.section("Blocked by")
            text.blockers(facts.blockings, limit: 3)
        }
        let messages = facts.urgentMessages
        if !messages.isEmpty {
            text.section("Messages")
            text.messages(messages, limit: 3)
        }
        text.project(facts)
        text.instructions([
            "Go on with the current task; read the relevant files before you change them.",
            "Answer messages that ask for something, and say when you are blocked.",
            "Report the result of the task when it is done.",
        ])
    }

    /// For example `Edit (builtin): OK, 12 ms, files: a.swift`.
    static func describe(_ action: ContextAction) -> String {
        let result =
            switch action.exitCode {
            case 0?: "OK"
            case let code?: "exit code \(code)"
            case nil: "result unknown"
            }
        var parts = [result]
        if let milliseconds = action.durationMilliseconds { parts.append("\(milliseconds) ms") }
        if !action.filePaths.isEmpty {
            parts.append("files: \(action.filePaths.prefix(2).map(QuotedText.path).joined(separator: ", "))")
        }
        let tool = "\(QuotedText.name(action.toolName)) (\(QuotedText.name(action.toolType)))"
        return "\(tool): \(parts.joined(separator: ", "))"
    }
}
