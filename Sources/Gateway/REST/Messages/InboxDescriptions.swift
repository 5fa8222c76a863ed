internal import HTTPTypes

/// What the routes of `InboxRoutes` take and answer.
enum InboxDescriptions {
    static let onlyAgent = Field.text("agent_id", "Only those of this agent")
    static let agentID = Field.text("agent_id", bytes: 1...255, "Whose item").required

    static let list = RouteDescription(
        "The longest inboxes: what waits, what was offered, and for how long",
        tag: "inboxes",
        query: [CommonFields.limit, CommonFields.stale],
        answers: [
            .ok(
                .object([
                    "inboxes": .array(
                        .object([
                            "agent_id": .text, "pending": .integer, "offered": .integer, "oldest_at": .time,
                            "oldest_age_ms": .integer, "connections": .integer,
                        ])
                    ),
                    "count": .integer, "behind": .sometimes(.behind),
                ])
            )
        ]
    )

    static let deadLetters = RouteDescription(
        "Messages, and events that agents had to acknowledge, that were offered as often as they may be; latest first",
        tag: "inboxes",
        query: [onlyAgent, CommonFields.limit, CommonFields.offset],
        answers: [
            .ok(
                .object([
                    "dead_letters": .array(
                        .named(
                            "DeadLetter",
                            .object([
                                "id": .uuid, "from_agent": .optional(.text), "to_agent": .optional(.text),
                                "topic": .text, "channel": .optional(.text), "priority": .integer,
                                "thread_id": .optional(.text), "reply_to": .optional(.uuid),
                                "verified": .boolean, "is_broadcast": .boolean, "created_at": .time,
                                "expires_at": .time, "content": .anything, "agent_id": .text, "attempts": .integer,
                                "dead_at": .time,
                            ])
                        )
                    ),
                    "count": .integer, "limit": .integer, "offset": .integer,
                ])
            )
        ]
    )

    static let retry = RouteDescription(
        "Gives a dead letter a new start; one that is being offered has it",
        tag: "inboxes",
        path: [CommonFields.id],
        body: [agentID],
        answers: [.ok(MessageDescriptions.itemAnswer), .notFound("dead letter")]
    )
}
