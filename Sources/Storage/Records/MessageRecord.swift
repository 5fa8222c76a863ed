package import Bus

/// A message from one agent to another, or to all, as a row on its way to `messages`; or an event that those agents get
/// until they acknowledge it who listened when it was published.
package struct MessageRecord: Equatable, Sendable {
    package var id: UUIDv7
    package var fromAgent: String
    /// Nil for a broadcast, empty for an event.
    package var toAgent: String?
    /// Of an event its name.
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
    /// Where an event was published; nil for a message.
    package var channel: String?
    /// The agents that have an item of an event. The store has them as items: what it reads has none.
    package var recipients: [String] = []
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

    /// An event, which no agent is named by: nobody finds it who looks for messages.
    ///
    /// - Parameters:
    ///   - sender: Nil for the server itself.
    ///   - data: JSON text.
    package init(
        event name: String,
        id: UUIDv7,
        channel: String,
        data: String,
        sender: String?,
        isVerified: Bool,
        recipients: [String],
        createdAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.init(
            id: id,
            fromAgent: sender ?? "",
            toAgent: "",
            topic: name,
            content: data,
            isVerified: isVerified,
            createdAt: createdAt,
            expiresAt: expiresAt
        )
        self.channel = channel
        self.recipients = recipients
    }

    /// True for an event.
    package var isEvent: Bool { channel != nil }

    /// Who has an item of it from the start; for a broadcast nobody.
    var holders: [String] { isEvent ? recipients : toAgent.map { [$0] } ?? [] }

    /// True if the agent has an item of this message in its inbox: it is the addressee, or hears the broadcast of
    /// another one. Of an event that was read from the store this isn't known.
    package func concerns(_ agentID: String) -> Bool {
        if isEvent { return recipients.contains(agentID) }
        return if let toAgent { toAgent == agentID } else { fromAgent != agentID }
    }
}
