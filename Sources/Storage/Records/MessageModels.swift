package import Bus

/// Which messages an agent fetches; all conditions hold together.
package struct MessageFilter: Equatable, Sendable {
    package var agentID: String
    /// Only what was created after it.
    package var since: Timestamp?
    package var topic: String?
    package var includesBroadcasts: Bool
    package var limit: Int

    package init(
        agentID: String,
        since: Timestamp? = nil,
        topic: String? = nil,
        includesBroadcasts: Bool = true,
        limit: Int = 100
    ) {
        self.agentID = agentID
        self.since = since
        self.topic = topic
        self.includesBroadcasts = includesBroadcasts
        self.limit = limit
    }

    /// Bytes of content in one page, which has at least one row.
    package static let pageBytes = 4 << 20
}

/// A message as its reader finds it.
package struct ReadableMessage: Equatable, Sendable {
    package var message: MessageRecord
    /// True if this agent has fetched it before.
    package var isRead: Bool

    package init(message: MessageRecord, isRead: Bool) {
        self.message = message
        self.isRead = isRead
    }
}

/// What an agent fetches at once.
package struct MessagePage: Equatable, Sendable {
    package var messages: [ReadableMessage]
    /// Messages for this agent that it hasn't fetched, whatever the filter, those of this page included.
    package var unread: Int

    package init(messages: [ReadableMessage], unread: Int) {
        self.messages = messages
        self.unread = unread
    }
}
