internal import Bus

/// What the routes of `ChannelRoutes` take and answer.
enum ChannelDescriptions {
    /// In a path.
    static let channel = Field.text("channel", bytes: 1...512, "The channel's name, its slashes as %2F").required
    static let agentID = Field.text("agent_id", bytes: 0...255, "Who asks, where an agent's word is enough")

    static let since = Field.integer("since", in: 0...Int(Int64.max), "Only those after this offset")
    static let event = Field.text("event", bytes: 1...255, "The name of the event").required
    static let data = Field.anything("data", "What is asked: any JSON")
    static let milliseconds = Field.integer(
        "timeout_ms",
        in: 1...AgentEndpoint.maximumReplyMilliseconds,
        "How long to wait for the reply"
    ).or(AgentEndpoint.replyMilliseconds)

    static let history = RouteDescription(
        "Events of a channel that keeps a history: the newest, or those after an offset",
        tag: "channels",
        path: [channel],
        query: [
            CommonFields.limit, since, agentID,
        ],
        answers: [
            .ok(
                .object([
                    "channel": .text, "epoch": .text, "offset": .integer, "floor": .integer,
                    "events": .array(eventSchema), "count": .integer, "limit": .integer, "has_more": .boolean,
                ])
            ),
            .error(.unauthorized, "The token is none of this server, or one is needed"),
            .error(.forbidden, "This agent may not listen to the channel"),
            .notFound("channel with a history"),
        ]
    )

    static let request = RouteDescription(
        "Asks whoever listens to a channel, and waits for the first reply",
        tag: "channels",
        path: [channel],
        body: [event, data, agentID, milliseconds],
        answers: [
            .ok(
                .object([
                    "reply": .object([
                        "sender": .optional(.text), "verified": .boolean, "timestamp": .integer, "data": .anything,
                    ])
                ])
            ),
            .error(.unauthorized, "The token is none of this server, or one is needed"),
            .error(.forbidden, "This agent may not publish there"),
            .error(.notFound, "Nobody listens to the channel"),
            .error(.gatewayTimeout, "Nobody replied in time"),
        ]
    )

    private static let eventSchema = JSONSchema.named(
        "Event",
        .object([
            "id": .text, "channel": .text, "event": .text, "data": .anything, "timestamp": .integer,
            "offset": .integer, "epoch": .text,
        ])
    )
}
