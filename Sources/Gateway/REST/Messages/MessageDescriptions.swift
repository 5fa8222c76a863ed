internal import Agents
internal import HTTPTypes
internal import Storage

/// What the routes of `MessageRoutes` take and answer.
enum MessageDescriptions {
    private static let agentBytes = 1...255

    static let fromAgent = Field.text(
        "from_agent",
        aliases: ["from_agent_id", "sender_id"],
        bytes: agentBytes,
        "Who sends; needn't be there if a token says it"
    )
    static let toAgent = Field.text(
        "to_agent",
        aliases: ["to_agent_id"],
        bytes: agentBytes,
        "Whose inbox it is for; absent: everybody's but the sender's"
    )
    static let topic = Field.text(
        "topic",
        aliases: ["message_type", "channel"],
        bytes: 1...64,
        "One of the known topics, or a name that starts with x."
    ).required
    static let content = Field.content("content", aliases: ["payload"], "What it says").required
    static let priority = Field.integer("priority", in: NewMessage.priorities, "Higher ones are offered first").or(0)
    static let lifetime = Field.integer("ttl_seconds", in: NewMessage.lifetimes, "How long it waits; 3600 if absent")
    static let lifetimeMilliseconds = Field.integer(
        "ttl_ms",
        in: 1...NewMessage.lifetimes.upperBound * 1000,
        "The same in milliseconds, rounded up"
    )
    static let projectID = Field.uuid("project_id", "The project that it is about")
    static let threadID = Field.text("thread_id", bytes: agentBytes, "The conversation that it belongs to")
    static let replyTo = Field.uuid("reply_to", "The message that it answers")
    static let clientMessageID = Field.text(
        "client_message_id",
        bytes: agentBytes,
        "The sender's own id: a repetition gets the first answer"
    )

    static let send = RouteDescription(
        "Sends a message to an agent, or to all; it waits until the agent acknowledges it",
        tag: "messages",
        body: [
            fromAgent, toAgent, topic, content, priority, lifetime, lifetimeMilliseconds, projectID, threadID, replyTo,
            clientMessageID,
        ],
        answers: [
            .created(.object(["success": .boolean, "message": sentMessage, "known": .boolean])),
            .error(.unprocessableContent, "The client_message_id or Idempotency-Key was used with another body"),
        ]
    )

    /// In a path.
    static let reader = Field.text("agent_id", bytes: agentBytes, "Whose messages").required
    static let since = Field.time("since", "Only what was created after it")
    static let onlyTopic = Field.text("topic", "Only messages of this topic")
    static let includesBroadcasts = Field.boolean("include_broadcasts", "Also messages to everybody").or(true)

    static let fetch = RouteDescription(
        "What has not expired, by priority and age; marks it as read, which is no acknowledgement",
        tag: "messages",
        path: [reader],
        query: [since, onlyTopic, includesBroadcasts, CommonFields.limit],
        answers: [
            .ok(
                .object([
                    "agent_id": .text, "messages": .array(readMessage), "count": .integer, "unread_remaining": .integer,
                ])
            ),
            .foreignToken, .error(.notFound, "No agent can have this id"),
        ]
    )

    static let agentID = Field.text("agent_id", bytes: agentBytes, "Whose item; needn't be there if a token says it")

    static let acknowledge = RouteDescription(
        "An agent has a message for good: it is offered no more",
        tag: "messages",
        path: [CommonFields.id],
        body: [agentID],
        answers: [.ok(itemAnswer), .notFound("message for this agent")]
    )

    static let state = RouteDescription(
        "How a message, or an event that agents have to acknowledge, stands with each agent that it is for",
        tag: "messages",
        path: [CommonFields.id],
        answers: [.ok(messageState), .notFound("message")]
    )

    /// Also of `InboxRoutes`.
    static let itemAnswer = JSONSchema.object([
        "success": .boolean, "id": .uuid, "agent_id": .text, "state": itemState,
    ])

    private static let itemState = JSONSchema.choice(InboxItemState.allCases.map(\.rawValue))

    private static let sentMessage = JSONSchema.named(
        "SentMessage",
        .object([
            "id": .uuid, "from_agent": .text, "to_agent": .optional(.text), "topic": .text, "priority": .integer,
            "thread_id": .optional(.text), "reply_to": .optional(.uuid), "verified": .boolean,
            "is_broadcast": .boolean, "created_at": .time, "expires_at": .time,
            "client_message_id": .optional(.text),
        ])
    )

    private static let readMessage = JSONSchema.named(
        "ReadMessage",
        .object([
            "id": .uuid, "from_agent": .text, "to_agent": .optional(.text), "topic": .text, "priority": .integer,
            "thread_id": .optional(.text), "reply_to": .optional(.uuid), "verified": .boolean,
            "is_broadcast": .boolean, "created_at": .time, "expires_at": .time, "content": .anything,
            "already_read": .boolean,
        ])
    )

    private static let messageState = JSONSchema.object([
        "id": .uuid, "from_agent": .optional(.text), "to_agent": .optional(.text), "topic": .text,
        "channel": .optional(.text), "priority": .integer,
        "thread_id": .optional(.text), "reply_to": .optional(.uuid), "verified": .boolean, "is_broadcast": .boolean,
        "created_at": .time, "expires_at": .time, "client_message_id": .optional(.text),
        "items": .array(
            .named(
                "InboxItem",
                .object([
                    "agent_id": .text, "state": itemState, "attempts": .integer, "stored_at": .time,
                    "offered_at": .optional(.time), "next_offer_at": .optional(.time),
                    "acknowledged_at": .optional(.time), "expired_at": .optional(.time), "dead_at": .optional(.time),
                ])
            )
        ),
    ])
}

extension RouteAnswer {
    static let foreignToken = RouteAnswer.error(.forbidden, "The token is that of another agent")
}
