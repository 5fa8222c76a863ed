internal import Storage

/// For agents that know one field, and for writers.
enum SpecialistTemplate {
    /// A field, the words of an id that mean it, and what its specialist looks at.
    private struct Domain {
        let title: String
        let words: [String]
        let guidelines: [String]
    }

    private static let domains = [
        Domain(
            title: "Security",
            words: ["security"],
            guidelines: [
                "Check input at every border", "Look for secrets in code, logs and history",
                "Follow what a caller may do, not what it says that it is", "Check dependencies for known weaknesses",
            ]
        ),
        Domain(
            title: "Data protection",
            words: ["gdpr", "dpo"],
            guidelines: [
                "Find every place where personal data is kept", "Ask what each of them is for and when it is deleted",
                "Check that consent can be taken back", "Check that a person can get and delete what is known of them",
            ]
        ),
        Domain(
            title: "Accessibility",
            words: ["accessibility", "a11y"],
            guidelines: [
                "Everything works with a keyboard alone", "Every image and control has a name",
                "Contrast follows WCAG 2.2 AA", "Changes are announced to screen readers",
            ]
        ),
        Domain(
            title: "Search engines",
            words: ["seo"],
            guidelines: [
                "Every page has one title and description", "Headings follow the structure of the page",
                "Pages load fast on a phone", "Links lead somewhere",
            ]
        ),
        Domain(
            title: "Law",
            words: ["legal", "compliance"],
            guidelines: [
                "Check the licences of everything that is shipped", "Check that terms match what the program does",
                "Keep a record of decisions", "Say what needs a lawyer",
            ]
        ),
        Domain(
            title: "Impact",
            words: ["impact"],
            guidelines: [
                "Find who calls what is changed", "Find what is stored in the old form",
                "Say what may break, and for whom",
                "Propose the order in which to change things",
            ]
        ),
    ]

    private static let general = Domain(
        title: "General",
        words: [],
        guidelines: [
            "Say what you know and what you assume", "Prefer the manner that is there", "Keep it short and exact",
            "Name the source of what you say",
        ]
    )

    static func write(_ facts: BriefFacts, to text: inout BriefText) {
        text.section("Assignment")
        if let task = facts.currentTask {
            text.task(task, at: facts.generatedAt)
        } else {
            text.line("Nothing is assigned.")
        }
        let domain = domain(of: facts.agentID, type: facts.agentType)
        text.section("Domain")
        text.item(domain.title)
        text.files(facts, title: "Relevant files", limit: 8)
        if !facts.messages.isEmpty {
            text.section("Messages")
            text.messages(facts.messages, limit: 3)
        }
        text.project(facts)
        text.section("Guidelines")
        for guideline in domain.guidelines { text.item(guideline) }
        text.instructions([
            "Stay within your field, and say when a question belongs to another one.",
            "Give a recommendation with its reason for each finding.",
        ])
    }

    /// The id decides, as in the original; an id that says nothing leaves it to the type.
    private static func domain(of agentID: String, type: String) -> Domain {
        func hit(_ name: String) -> Domain? {
            domains.first { $0.words.contains { name.lowercased().contains($0) } }
        }
        return hit(agentID) ?? hit(type) ?? general
    }
}
