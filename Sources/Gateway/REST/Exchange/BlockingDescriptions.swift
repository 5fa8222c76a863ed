internal import HTTPTypes

/// What the routes of `BlockingRoutes` take and answer. The aliases are those of the original's SDK and dashboard.
enum BlockingDescriptions {
    static let blockedBy = Field.text(
        "blocked_by",
        aliases: ["blocker_agent_id", "blocker_id"],
        bytes: 1...255,
        "Who blocks"
    ).required
    static let blockedAgent = Field.text(
        "blocked_agent",
        aliases: ["blocked_agent_id", "blocked_id"],
        bytes: 1...255,
        "Who is blocked"
    ).required
    static let reason = Field.text("reason", bytes: 0...2000, "Why, at most 500 characters")
    /// In a path.
    static let agentID = Field.text("id", bytes: 1...255, "The agent's id").required
    static let blocker = Field.text(
        "blocker",
        aliases: ["blocker_id", "blocker_agent_id", "blocked_by"],
        bytes: 1...255,
        "Who may block"
    )
    static let blocked = Field.text(
        "blocked",
        aliases: ["blocked_id", "blocked_agent_id", "blocked_agent"],
        bytes: 1...255,
        "Who may be blocked"
    )
    static let anybody = Field.text(
        "agent_id",
        bytes: 1...255,
        "In the place of both: is this agent blocked by anybody?"
    )

    static let block = RouteDescription(
        "Blocks an agent, or replaces the reason; the two exchange no messages from now on",
        tag: "blocking",
        body: [blockedBy, blockedAgent, reason],
        answers: [
            .created(
                .object([
                    "success": .boolean,
                    "blocking": .object([
                        "id": .uuid, "blocked_by": .text, "blocked_agent": .text, "reason": .optional(.text),
                        "created_at": .time,
                    ]),
                ])
            ),
            .error(.conflict, "There are as many blockings as there may be"),
        ]
    )

    static let status = RouteDescription(
        "Who blocks an agent and whom it blocks, at most a thousand of each, newest first",
        tag: "blocking",
        path: [agentID],
        answers: [
            .ok(
                .object([
                    "agent_id": .text, "is_blocked": .boolean,
                    "blocked_by": .array(
                        .object(["id": .uuid, "by_agent": .text, "reason": .optional(.text), "since": .time])
                    ),
                    "is_blocking": .boolean,
                    "blocking": .array(
                        .object(["id": .uuid, "agent": .text, "reason": .optional(.text), "since": .time])
                    ),
                    "summary": .object(["blocked_by_count": .integer, "blocking_count": .integer]),
                ])
            )
        ]
    )

    static let check = RouteDescription(
        "Whether one agent blocks another one",
        tag: "blocking",
        query: [blocker, blocked, anybody],
        answers: [
            .ok(.object(["blocker": .optional(.text), "blocked": .text, "is_blocked": .boolean]))
        ]
    )

    static let unblockByID = RouteDescription(
        "Takes a blocking back",
        tag: "blocking",
        path: [CommonFields.id],
        answers: unblocked
    )

    static let unblock = RouteDescription(
        "Takes the blocking of a pair back",
        tag: "blocking",
        body: [blockedBy, blockedAgent],
        answers: unblocked
    )

    private static let unblocked: [RouteAnswer] = [
        .ok(
            .object([
                "success": .boolean,
                "unblocked": .object([
                    "id": .uuid, "blocked_by": .text, "blocked_agent": .text, "reason": .optional(.text),
                ]),
            ])
        ),
        .notFound("blocking"),
    ]
}
