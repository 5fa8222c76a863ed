/// What the routes of `InboxRoutes` take and answer.
enum InboxDescriptions {
    static let agentID = Field.text("agent_id", bytes: 0...255, "Only those of this agent")
    static let owner = Field.text("agent_id", bytes: 1...255, "Whose inbox").required

    static let list = RouteDescription(
        "Inboxes with messages that nobody has acknowledged, the longest first",
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
        "Messages that were offered as often as they may be and never acknowledged",
        tag: "inboxes",
        query: [agentID, CommonFields.limit, CommonFields.offset],
        answers: [
            .ok(
                .object([
                    "dead_letters": .array(
                        .members(
                            MessageDescriptions.message + [
                                ("content", .anything), ("agent_id", .text), ("attempts", .integer),
                                ("dead_at", .time),
                            ]
                        )
                    ),
                    "count": .integer, "limit": .integer, "offset": .integer,
                ])
            )
        ]
    )

    static let retry = RouteDescription(
        "Puts a dead message back into an agent's inbox",
        tag: "inboxes",
        path: [CommonFields.id],
        body: [owner],
        answers: [.ok(MessageDescriptions.outcome), .notFound("dead message of this agent")]
    )
}
