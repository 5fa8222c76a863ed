/// Topics of messages: the contract's list, and names of one's own that start with `x.`.
package enum MessageTopic {
    private static let known: Set<String> = [
        "task.created", "task.completed", "task.failed", "context.request", "context.response", "context.generated",
        "alert.blocking", "agent.heartbeat", "agent.started", "agent.completed", "workflow.progress",
    ]
    private static let ownPrefix = "x."

    /// True for a topic that a message may have.
    package static func isValid(_ topic: String) -> Bool {
        known.contains(topic) || topic.hasPrefix(ownPrefix) && EventName.isWellFormed(topic)
    }

    /// For whoever used another one.
    static let advice = "expected one of \(known.sorted().joined(separator: ", ")), or a name that starts with x."
}
