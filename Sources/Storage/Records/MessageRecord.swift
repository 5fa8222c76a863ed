package import Bus

/// A message from one agent to another, or to all, as a row on its way to `messages`.
package struct MessageRecord: Equatable, Sendable {
    package var id: UUIDv7
    package var fromAgent: String
    /// Nil for a broadcast.
    package var toAgent: String?
    package var topic: String
    /// JSON text, as the sender wrote it.
    package var content: String
    package var priority: Int
    package var projectID: String?
    /// The conversation that it belongs to.
    package var threadID: String?
    /// The message that it answers.
    package var replyTo: UUIDv7?
    /// The sender's own id, by which repetitions are recognised.
    package var clientMessageID: String?
    /// True if a token proved the sender.
    package var isVerified: Bool
    package var createdAt: Timestamp
    package var expiresAt: Timestamp
    /// Set when the sender may repeat the request: the answer is kept with the row.
    package var idempotency: IdempotencyRecord?

    package init(
        id: UUIDv7,
        fromAgent: String,
        toAgent: String?,
        topic: String,
        content: String,
        priority: Int = 0,
        projectID: String? = nil,
        threadID: String? = nil,
        replyTo: UUIDv7? = nil,
        clientMessageID: String? = nil,
        isVerified: Bool = false,
        createdAt: Timestamp,
        expiresAt: Timestamp,
        idempotency: IdempotencyRecord? = nil
    ) {
        self.id = id
        self.fromAgent = fromAgent
        self.toAgent = toAgent
        self.topic = topic
        self.content = content
        self.priority = priority
        self.projectID = projectID
        self.threadID = threadID
        self.replyTo = replyTo
        self.clientMessageID = clientMessageID
        self.isVerified = isVerified
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.idempotency = idempotency
    }

    /// True if the agent has an item of this message in its inbox: it is the addressee, or hears the broadcast of
    /// another one.
    package func concerns(_ agentID: String) -> Bool {
        if let toAgent { toAgent == agentID } else { fromAgent != agentID }
    }
}
