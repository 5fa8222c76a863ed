import Testing

@testable import Agents

struct EventNameTests {
    @Test(arguments: ["a", "task.created", "x.y-z_1.2", "0", "_", String(repeating: "a", count: 64)])
    func wellFormed(name: String) {
        #expect(EventName.isWellFormed(name))
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "a..b", "a.-b", "A", "a b", "a/b", "é", "a\n", "a*", String(repeating: "a", count: 65),
    ])
    func malformed(name: String) {
        #expect(!EventName.isWellFormed(name))
    }

    @Test(arguments: ["job.progress", "message.acknowledged", "subtask.failed"])
    func known(name: String) {
        #expect(EventName.isKnown(name))
    }

    @Test(arguments: ["session.created", "agent.blocked", "jobs", "task"])
    func unknown(name: String) {
        #expect(!EventName.isKnown(name))
    }
}
