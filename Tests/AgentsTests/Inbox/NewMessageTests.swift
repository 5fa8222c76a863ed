import Testing

@testable import Agents

struct NewMessageTests {
    private func message(_ change: (inout NewMessage) -> Void = { _ in }) -> NewMessage {
        var message = NewMessage(fromAgent: "alice", toAgent: "bob", topic: "x.t", content: "{}")
        change(&message)
        return message
    }

    @Test func aGoodOneHasNoProblems() {
        #expect(message().problems.isEmpty)
        #expect(message { $0.toAgent = nil }.problems.isEmpty)
        #expect(message { $0.fromAgent = "any id, até 255 bytes" }.problems.isEmpty)
    }

    @Test func eachFieldIsChecked() {
        let wrong: [(String, (inout NewMessage) -> Void)] = [
            ("from_agent", { $0.fromAgent = "" }), ("from_agent", { $0.fromAgent = "a\nb" }),
            ("from_agent", { $0.fromAgent = String(repeating: "a", count: 256) }), ("to_agent", { $0.toAgent = "" }),
            ("topic", { $0.topic = "nonsense" }), ("topic", { $0.topic = "x.Not Well" }),
            ("priority", { $0.priority = 11 }), ("ttl_seconds", { $0.lifetimeSeconds = 0 }),
            ("thread_id", { $0.threadID = "\0" }), ("client_message_id", { $0.clientMessageID = "" }),
        ]
        for (field, change) in wrong { #expect(message(change).problems.map(\.field) == [field]) }
    }
}
