package import Storage

/// A message as a client sends it.
package struct NewMessage: Equatable, Sendable {
    package var fromAgent: String
    /// Nil for a broadcast.
    package var toAgent: String?
    package var topic: String
    /// JSON text of an object.
    package var content: String
    package var priority = 0
    package var lifetimeSeconds = NewMessage.standardLifetime
    package var projectID: String?
    package var threadID: String?
    package var replyTo: UUIDv7?
    /// By which a repetition is recognised.
    package var clientMessageID: String?
    /// True if a token proved the sender.
    package var isVerified = false

    package static let standardLifetime = 3600
    package static let lifetimes = 1...86_400
    package static let priorities = 0...10
    /// Bytes of an agent's id.
    static let longestAgentID = 255

    package init(fromAgent: String, toAgent: String?, topic: String, content: String) {
        self.fromAgent = fromAgent
        self.toAgent = toAgent
        self.topic = topic
        self.content = content
    }

    /// What is wrong with it; empty if it can be sent.
    package var problems: [AgentsError.Problem] {
        var problems: [AgentsError.Problem] = []
        func check(_ isRight: Bool, _ field: String, _ text: String) {
            if !isRight { problems.append(.init(field: field, text: text)) }
        }
        let idRule = "1 to \(NewMessage.longestAgentID) bytes without control characters"
        check(NewMessage.isAgentID(fromAgent), "from_agent", idRule)
        check(toAgent.map(NewMessage.isAgentID) ?? true, "to_agent", idRule)
        check(MessageTopic.isValid(topic), "topic", MessageTopic.advice)
        check(NewMessage.priorities.contains(priority), "priority", "expected a number from 0 to 10")
        check(NewMessage.lifetimes.contains(lifetimeSeconds), "ttl_seconds", "expected a number from 1 to 86400")
        check(threadID.map(NewMessage.isAgentID) ?? true, "thread_id", idRule)
        check(clientMessageID.map(NewMessage.isAgentID) ?? true, "client_message_id", idRule)
        return problems
    }

    /// Any id that REST clients use; those that may connect are `Identity.isAgentID`.
    package static func isAgentID(_ text: String) -> Bool {
        (1...longestAgentID).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
