/// What became of a message, for its sender.
package struct InboxReceipt: Equatable, Sendable {
    /// Names of the events.
    package enum Event: String, Sendable {
        case acknowledged = "message.acknowledged"
        case expired = "message.expired"
        case dead = "message.dead"
    }

    package var event: Event
    package var messageID: UUIDv7
    /// Whose item it is.
    package var agentID: String
    package var sender: String
    package var topic: String

    package init(event: Event, messageID: UUIDv7, agentID: String, sender: String, topic: String) {
        self.event = event
        self.messageID = messageID
        self.agentID = agentID
        self.sender = sender
        self.topic = topic
    }
}
