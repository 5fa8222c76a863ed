package import Bus

/// An agent's wish to get the broadcasts of a topic: a row of `subscriptions`.
package struct TopicSubscription: Equatable, Sendable {
    package var id: UUIDv7
    package var agentID: String
    package var topic: String
    /// What is called for each of them.
    package var callbackURL: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: UUIDv7,
        agentID: String,
        topic: String,
        callbackURL: String?,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.agentID = agentID
        self.topic = topic
        self.callbackURL = callbackURL
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
