internal import Bus
internal import HTTPTypes

/// What the routes of `ChannelRoutes` take and answer.
enum ChannelDescriptions {
    static let channel = Field.text("channel", bytes: 1...ChannelName.maximumLength, "The channel, / written as %2F")
        .required
    static let limit = Field.integer("limit", in: 1...1000, "Events of one page").or(100)
    static let since = Field.integer("since", in: 0...Int.max, "Only events behind this offset, from the oldest on")
    static let agentID = Field.text("agent_id", "Who asks, beside the secret or where an agent's word is enough")
    static let event = Field.text("event", bytes: 1...64, "What kind of message").required
    static let data = Field.anything("data", "What is asked")
    static let timeOut = Field.integer(
        "timeout_ms",
        in: 1...AgentEndpoint.maximumReplyMilliseconds,
        "How long to wait for the reply"
    ).or(AgentEndpoint.replyMilliseconds)

    private static let refused = RouteAnswer.error(.forbidden, "Not for this agent, or not for anonymous ones")
    private static let unknown = RouteAnswer.error(.unauthorized, "The token is not good, or one is needed")

    private static let message = JSONSchema.named(
        "Event",
        .object([
            "type": .text, "id": .text, "channel": .text, "event": .text, "sender": .sometimes(.text),
            "verified": .sometimes(.boolean), "timestamp": .integer, "offset": .integer, "epoch": .text,
            "retained": .sometimes(.boolean), "reply_to": .sometimes(.text), "data": .anything,
        ])
    )

    static let history = RouteDescription(
        "The newest events of a channel, or those behind an offset; oldest first",
        tag: "channels",
        path: [channel],
        query: [limit, since, agentID],
        answers: [
            .ok(
                .object([
                    "channel": .text, "epoch": .optional(.text), "offset": .integer, "floor": .integer,
                    "events": .array(message), "count": .integer, "limit": .integer, "has_more": .boolean,
                ])
            ),
            unknown, refused, .error(.notFound, "Channels of this kind have no history"),
        ]
    )

    static let request = RouteDescription(
        "Publishes a message and waits for the first reply",
        tag: "channels",
        path: [channel],
        body: [event, data, timeOut, agentID],
        answers: [
            .ok(
                .object([
                    "reply": .object([
                        "sender": .optional(.text), "verified": .boolean, "timestamp": .integer, "data": .anything,
                    ])
                ])
            ),
            unknown, refused, .error(.notFound, "Nobody listens to the channel"),
            .error(.gatewayTimeout, "Nobody replied in time"),
            .error(.serviceUnavailable, "Too many requests wait for a reply"),
        ]
    )
}
