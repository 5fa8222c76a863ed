internal import Storage

/// For agents that test and review.
enum ValidatorTemplate {
    static func write(_ facts: BriefFacts, to text: inout BriefText) {
        text.section("To validate")
        if let task = facts.currentTask {
            text.task(task, at: facts.generatedAt)
        } else {
            text.line("Nothing is assigned.")
        }
        changes(facts, to: &text)
        let failed = facts.history.filter { ($0.exitCode ?? 0) != 0 }
        if !failed.isEmpty {
            text.section("Failed actions")
            for action in failed.prefix(5) { text.item(DeveloperTemplate.describe(action)) }
        }
        let passed = facts.history.filter { $0.exitCode == 0 }
        text.section("Completed validations")
        text.item("\(passed.count) of the last \(facts.history.count) actions succeeded")
        let requests = facts.messages.filter { $0.topic == "context.request" || $0.priority >= 5 }
        if !requests.isEmpty {
            text.section("Review requests")
            text.messages(requests, limit: 3)
        }
        text.project(facts)
        text.section("Checklist")
        for check in [
            "It does what was asked for", "Tests cover it and pass", "Errors are handled", "No secrets in the code",
            "Nothing else was broken",
        ] {
            text.check(check)
        }
        text.instructions([
            "Run what you judge; do not trust a report.",
            "Say for each finding where it is and how bad it is.",
        ])
    }

    private static func changes(_ facts: BriefFacts, to text: inout BriefText) {
        var seen: Set<String> = []
        var lines: [String] = []
        for action in facts.history {
            for path in action.filePaths where seen.insert(path).inserted {
                lines.append("\(QuotedText.path(path)) (\(kind(ofTool: action.toolName)))")
            }
        }
        guard !lines.isEmpty else { return }
        text.section("Files changed")
        for line in lines.prefix(10) { text.item(line) }
    }

    /// What a tool does to a file, as its name says.
    static func kind(ofTool name: String) -> String {
        let name = name.lowercased()
        func has(_ words: String...) -> Bool { words.contains { name.contains($0) } }
        if has("write", "create") { return "created" }
        if has("edit", "update") { return "edited" }
        return has("delete", "remove") ? "deleted" : "read"
    }
}
