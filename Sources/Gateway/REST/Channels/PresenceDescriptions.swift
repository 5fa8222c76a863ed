/// What the routes of `PresenceRoutes` take and answer.
enum PresenceDescriptions {
    static let after = Field.text("after", "The next of the page before")
    static let connectedOnly = Field.boolean("connected", "Only agents that are connected").or(false)

    static let agents = RouteDescription(
        "Who is connected, and who was; in the order of the ids",
        tag: "presence",
        query: [CommonFields.limit, after, connectedOnly],
        answers: [
            .ok(
                .object([
                    "agents": .array(
                        .object([
                            "agent_id": .text, "connected": .boolean, "connections": .integer, "since": .time,
                            "last_seen": .time, "sessions": .array(.text),
                        ])
                    ),
                    "count": .integer, "limit": .integer, "connected": .integer, "total": .integer,
                    "next": .optional(.text),
                ])
            )
        ]
    )

    static let connections = RouteDescription(
        "The connections of this server, with their queues",
        tag: "presence",
        query: [CommonFields.limit, after],
        answers: [
            .ok(
                .object([
                    "connections": .array(connection), "count": .integer, "limit": .integer, "total": .integer,
                    "slow_consumers": .integer, "next": .optional(.text),
                ])
            )
        ]
    )

    /// What follows `sent_bytes` is known of agents' connections.
    private static let connection = JSONSchema.object([
        "id": .text, "kind": .choice(["http", "websocket"]), "address": .optional(.text), "buffered_bytes": .integer,
        "slow": .boolean, "received_bytes": .integer, "sent_bytes": .integer, "client_id": .sometimes(.text),
        "agent_id": .sometimes(.optional(.text)), "verified": .sometimes(.boolean),
        "session_id": .sometimes(.optional(.text)), "since": .sometimes(.time), "compressed": .sometimes(.boolean),
        "subscription_count": .sometimes(.integer), "subscriptions": .sometimes(.array(.text)),
        "queues": .sometimes(.integer), "open_requests": .sometimes(.integer),
    ])
}
