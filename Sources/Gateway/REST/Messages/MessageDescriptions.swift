internal import Agents
internal import HTTPTypes

/// What the routes of `MessageRoutes` take and answer.
enum MessageDescriptions {
    static let since = Field.time("since", "Only those made after it")
    static let topic = Field.text("topic", "Only those of this topic")
    static let includesBroadcasts = Field.boolean("include_broadcasts", "Also those to everybody").or(true)
    static let acknowledger = Field.text(
        "agent_id",
        bytes: 1...255,
        "Who acknowledges; with a token the token says it"
    )
    /// In a path.
    static let agent = Field.text("agent_id", bytes: 1...255, "The agent's id").required

    static let send = RouteDescription(
        """
        Sends a message to an agent, or to all without to_agent; it is safe when this answers, whether or not the agent is \
        connected. A repetition, by client_message_id or Idempotency-Key, gets the first answer
        """,
        tag: "messages",
        body: [
            Field.text(
                "from_agent",
                aliases: ["from_agent_id", "sender_id"],
                bytes: 1...255,
                "Who sends; with a token the token says it"
            ),
            Field.text("to_agent", aliases: ["to_agent_id"], bytes: 1...255, "Who gets it; null for everybody")
                .nullable,
            Field.text("topic", aliases: ["message_type", "channel"], bytes: 1...255, MessageTopic.advice).required,
            Field.content("content", aliases: ["payload"], "An object, or a text for {\"message\": text}").required,
            Field.integer("priority", in: NewMessage.priorities, "Higher ones come first"),
            Field.integer("ttl_seconds", in: NewMessage.lifetimes, "How long it is kept; an hour if absent"),
            Field.integer("ttl_ms", in: 1...NewMessage.lifetimes.upperBound * 1000, "The same in milliseconds"),
            Field.uuid("project_id", "The project that it is about"),
            Field.text("thread_id", bytes: 1...255, "The conversation that it is part of"),
            Field.uuid("reply_to", "The message that it answers"),
            Field.text("client_message_id", bytes: 1...255, "By which a repetition is recognised"),
        ],
        answers: [
            .created(
                .object([
                    "success": .boolean,
                    "message": .members(message + [("client_message_id", .optional(.text))]),
                    "known": .boolean,
                ])
            ),
            .error(.forbidden, "One of the two blocks the other"),
            .notFound("project"),
            .error(.unprocessableContent, "The Idempotency-Key was used before with another body"),
        ]
    )

    static let fetch = RouteDescription(
        """
        The messages that an agent has, by priority, then oldest first, and marks them as read. That doesn't acknowledge \
        them: see POST /api/messages/{id}/ack
        """,
        tag: "messages",
        path: [agent],
        query: [since, topic, includesBroadcasts, CommonFields.limit],
        answers: [
            .ok(
                .object([
                    "agent_id": .text,
                    "messages": .array(.members(message + [("content", .anything), ("already_read", .boolean)])),
                    "count": .integer, "unread_remaining": .integer,
                ])
            ),
            .error(.forbidden, "The token is that of another agent"),
        ]
    )

    static let acknowledge = RouteDescription(
        "Acknowledges a message: it is not offered to this agent again, and its sender is told",
        tag: "messages",
        path: [CommonFields.id],
        body: [acknowledger],
        answers: [.ok(outcome), .notFound("message in this agent's inbox")]
    )

    static let state = RouteDescription(
        "What has become of a message, for each agent that it is for",
        tag: "messages",
        path: [CommonFields.id],
        answers: [
            .ok(
                .members(
                    message + [
                        ("client_message_id", .optional(.text)),
                        ("items", .array(item)),
                    ]
                )
            ),
            .notFound("message"),
        ]
    )

    /// The members that every description of a message has: `JSONWriter.describe`.
    static let message: [JSONMember] = [
        ("id", .uuid), ("from_agent", .text), ("to_agent", .optional(.text)), ("topic", .text),
        ("priority", .integer), ("thread_id", .optional(.text)), ("reply_to", .optional(.uuid)),
        ("verified", .boolean), ("is_broadcast", .boolean), ("created_at", .time), ("expires_at", .time),
    ]

    /// One agent's state of one message.
    static let outcome = JSONSchema.object([
        "success": .boolean, "id": .uuid, "agent_id": .text, "state": state(of: InboxItemState.allCases),
    ])

    private static let item = JSONSchema.named(
        "InboxItem",
        .object([
            "agent_id": .text, "state": state(of: InboxItemState.allCases), "attempts": .integer, "stored_at": .time,
            "offered_at": .optional(.time), "next_offer_at": .optional(.time), "acknowledged_at": .optional(.time),
            "expired_at": .optional(.time), "dead_at": .optional(.time),
        ])
    )

    private static func state(of states: [InboxItemState]) -> JSONSchema { .choice(states.map(\.rawValue)) }
}
