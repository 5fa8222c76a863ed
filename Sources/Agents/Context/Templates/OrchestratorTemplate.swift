internal import Storage

/// For agents that divide work among others.
enum OrchestratorTemplate {
    static func write(_ facts: BriefFacts, to text: inout BriefText) {
        text.section("Mission")
        if let project = facts.project {
            let name = project.name.map { "\(QuotedText.name($0)), " } ?? ""
            text.item("Project: \(name)\(QuotedText.path(project.path))")
        }
        if let session = facts.session { text.item("Request: \(QuotedText.quote(session.prompt, limit: 200))") }
        if facts.project == nil && facts.session == nil { text.line("Nothing was asked for in this session yet.") }
        tasks(facts, to: &text)
        if !facts.blockings.isEmpty {
            text.section("Blocked by")
            text.blockers(facts.blockings, limit: 5)
        }
        messages(facts, to: &text)
        text.section("Progress")
        for status in ["running", "blocked", "paused", "pending"] {
            text.item("\(status): \(facts.tasks(status).count)")
        }
        text.instructions([
            "Release what is blocked before you start what is pending.",
            "Give each agent one task at a time, and wait for a wave to end before the next one.",
            "Answer messages of high priority first.",
        ])
    }

    private static func tasks(_ facts: BriefFacts, to text: inout BriefText) {
        guard !facts.tasks.isEmpty else { return }
        text.section("Active tasks")
        for (title, status, limit) in [
            ("Running", "running", 5), ("Blocked", "blocked", 5), ("Pending", "pending", 3),
        ] {
            let tasks = facts.tasks(status)
            guard !tasks.isEmpty else { continue }
            text.part("\(title) (\(tasks.count))")
            for task in tasks.prefix(limit) { text.item(describe(task)) }
            if tasks.count > limit { text.item("and \(tasks.count - limit) more") }
        }
    }

    private static func describe(_ task: ContextTask) -> String {
        var words = [QuotedText.quote(task.description, limit: 80)]
        if let agent = task.agentID ?? task.agentType { words.append("agent \(QuotedText.name(agent))") }
        if let wave = task.waveNumber { words.append("wave \(wave)") }
        if task.status == "blocked", !task.blockedBy.isEmpty {
            words.append("waits for \(BriefText.ids(task.blockedBy))")
        }
        return words.joined(separator: ", ")
    }

    private static func messages(_ facts: BriefFacts, to text: inout BriefText) {
        guard !facts.messages.isEmpty else { return }
        let high = facts.messages.filter { $0.priority >= 5 }
        let others = facts.messages.filter { $0.priority < 5 }
        text.section("Messages")
        if !high.isEmpty {
            text.part("High priority")
            text.messages(high, limit: 3)
        }
        if !others.isEmpty {
            text.part("Recent")
            text.messages(others, limit: 3)
        }
    }
}
