internal import HTTPTypes

/// What the routes of `SubscriptionRoutes` take and answer. The aliases are those of the dashboard and the French
/// description.
enum SubscriptionDescriptions {
    static let agentID = Field.text("agent_id", bytes: 1...255, "The agent that subscribes").required
    static let topic = Field.text(
        "topic",
        aliases: ["channel", "event_type"],
        bytes: 1...64,
        "A topic of messages; names of one's own start with x."
    ).required
    static let callbackURL = Field.text(
        "callback_url",
        bytes: 1...2048,
        "Is called for each broadcast of the topic: http, on this machine unless the server allows more"
    )
    static let agentFilter = Field.text("agent_id", bytes: 1...255, "Only those of this agent")
    static let topicFilter = Field.text("topic", bytes: 1...255, "Only those to this topic")
    /// In a path.
    static let agentInPath = Field.text("id", bytes: 1...255, "The agent's id").required

    private static let subscription = JSONSchema.named(
        "Subscription",
        .object([
            "id": .uuid, "agent_id": .text, "topic": .text, "callback_url": .optional(.text), "created_at": .time,
            "updated_at": .time,
        ])
    )

    private static let ended: [RouteAnswer] = [
        .ok(
            .object([
                "success": .boolean,
                "deleted": .object(["id": .uuid, "agent_id": .text, "topic": .text]),
            ])
        ),
        .notFound("subscription"),
    ]

    static let subscribe = RouteDescription(
        "Subscribes an agent to a topic, or replaces what its subscription calls",
        tag: "subscriptions",
        body: [agentID, topic, callbackURL],
        answers: [
            .created(
                .object([
                    "success": .boolean, "subscription": subscription, "signing_key": .sometimes(.text),
                ])
            ),
            .error(.conflict, "There are as many subscriptions as there may be"),
        ]
    )

    static let list = RouteDescription(
        "Subscriptions, at most a thousand, newest first",
        tag: "subscriptions",
        query: [agentFilter, topicFilter],
        answers: [.ok(.object(["subscriptions": .array(subscription), "count": .integer]))]
    )

    static let listOfAgent = RouteDescription(
        "Subscriptions of one agent, at most a thousand, by topic",
        tag: "subscriptions",
        path: [agentInPath],
        answers: [
            .ok(
                .object([
                    "agent_id": .text, "subscriptions": .array(subscription), "topics": .array(.text),
                    "count": .integer,
                ])
            )
        ]
    )

    static let unsubscribeByID = RouteDescription(
        "Ends a subscription",
        tag: "subscriptions",
        path: [CommonFields.id],
        answers: ended
    )

    static let unsubscribe = RouteDescription(
        "Ends an agent's subscription to a topic",
        tag: "subscriptions",
        body: [agentID, topic],
        answers: ended
    )
}
