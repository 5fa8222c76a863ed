/// What the routes of `PresenceRoutes` take and answer.
enum PresenceDescriptions {
    static let after = Field.text("after", bytes: 0...255, "`next` of the page before")

    static let connectedOnly = Field.boolean("connected", "Only those that are here now")

    static let agents = RouteDescription(
        "Agents that are connected to this server, and those that were",
        tag: "presence",
        query: [after, CommonFields.limit, connectedOnly],
        answers: [
            .ok(
                .object([
                    "agents": .array(
                        .object([
                            "agent_id": .text, "connected": .boolean, "connections": .integer,
                            "since": .optional(.time), "last_seen": .time, "sessions": .array(.text),
                        ])
                    ),
                    "count": .integer, "limit": .integer, "connected": .integer, "total": .integer,
                    "next": .optional(.text),
                ])
            )
        ]
    )

    static let connections = RouteDescription(
        "The connections of this server: what waits for them, what they listen to",
        tag: "presence",
        query: [after, CommonFields.limit],
        answers: [
            .ok(
                .object([
                    "connections": .array(connection), "count": .integer, "limit": .integer, "total": .integer,
                    "slow_consumers": .integer, "next": .optional(.text),
                ])
            )
        ]
    )

    private static let connection = JSONSchema.named(
        "Connection",
        .object([
            "id": .text, "kind": .choice(["http", "websocket"]), "address": .optional(.text),
            "buffered_bytes": .integer, "slow": .boolean, "received_bytes": .integer, "sent_bytes": .integer,
            "client_id": .sometimes(.text), "agent_id": .sometimes(.optional(.text)),
            "verified": .sometimes(.boolean), "session_id": .sometimes(.optional(.text)),
            "since": .sometimes(.time), "compressed": .sometimes(.boolean),
            "subscription_count": .sometimes(.integer), "subscriptions": .sometimes(.array(.text)),
            "queues": .sometimes(.integer), "open_requests": .sometimes(.integer),
        ])
    )
}
