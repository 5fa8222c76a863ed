internal import Agents

/// How much of a brief is worked out.
enum ContextFormat: String, CaseIterable {
    /// Markdown within a budget of tokens.
    case brief
    /// What it would be made from.
    case raw
}

/// What the routes of `ContextRoutes` take and answer.
enum ContextDescriptions {
    /// In a path.
    static let agent = Field.text("agent_id", bytes: 1...255, "The agent's id or type").required
    static let session = Field.text("session_id", bytes: 1...512, "The session's id").required

    static let sessionID = Field.text("session_id", bytes: 1...512, "The newest in which the agent has work if absent")
    static let agentType = Field.text(
        "agent_type",
        bytes: 1...255,
        "Decides about the template; guessed from the id if absent"
    )
    static let format = Field<ContextFormat>.choice("format", "Text, or what it is made from").or(.brief)
    static let maximumTokens = Field.integer("max_tokens", in: BriefOptions.tokens, "Length of the text")
        .or(BriefOptions.defaultTokens)
    static let includesHistory = Field.boolean("include_history", "Whether tool calls are part of it").or(true)
    static let includesMessages = Field.boolean("include_messages", "Whether unread messages are part of it").or(true)
    static let includesBlocking = Field.boolean("include_blocking", "Whether it says who blocks the agent").or(true)
    static let historyLimit = Field.integer("history_limit", in: BriefOptions.historyLimits, "Tool calls").or(10)

    static let agentInBody = Field.text("agent_id", bytes: 1...255, "The agent's id")
        .required(orElse: "Missing required field: agent_id")
    static let sessionInBody = Field.text("session_id", bytes: 1...512, "The session's id")
        .required(orElse: "Missing required field: session_id")
    static let project = Field.uuid("project_id", "That of the session's newest request if absent")

    static let restoredAgent = Field.text("agent_id", bytes: 1...255, "The agent whose context was compacted").required
    static let summary = Field.text("compact_summary", bytes: 0...65_536, "What the agent wants to keep")

    private static let source = JSONSchema.named(
        "BriefSource",
        .object(["type": .text, "id": .text, "relevance": .number, "summary": .text])
    )

    private static let data = JSONSchema.object([
        "tasks": .array(
            .object([
                "id": .uuid, "description": .text, "status": .text, "agent_type": .optional(.text),
                "created_at": .time, "started_at": .optional(.time), "blocked_by": .array(.text),
                "task_name": .optional(.text), "wave_number": .optional(.integer),
            ])
        ),
        "messages": .array(
            .object([
                "id": .uuid, "from_agent": .text, "topic": .text, "content": .anything, "priority": .integer,
                "created_at": .time, "is_broadcast": .boolean,
            ])
        ),
        "blockings": .array(
            .object(["id": .uuid, "blocked_by_agent": .text, "reason": .optional(.text), "created_at": .time])
        ),
        "history": .array(
            .object([
                "id": .uuid, "tool_name": .text, "tool_type": .text, "exit_code": .optional(.integer),
                "duration_ms": .optional(.integer), "file_paths": .array(.text), "created_at": .time,
            ])
        ),
        "session": .sometimes(
            .object(["id": .uuid, "session_id": .text, "status": .text, "created_at": .time, "prompt": .text])
        ),
        "project": .sometimes(.object(["id": .uuid, "name": .optional(.text), "path": .text])),
    ])

    static let get = RouteDescription(
        "What an agent has to know to go on with its work; `context` is null if it has none",
        tag: "context",
        path: [agent],
        query: [
            sessionID, agentType, format, maximumTokens, includesHistory, includesMessages, includesBlocking,
            historyLimit,
        ],
        answers: [
            .ok(
                .object([
                    "agent_id": .text, "session_id": .sometimes(.text), "agent_type": .sometimes(.text),
                    "brief": .sometimes(
                        .object([
                            "id": .uuid, "content": .text, "token_count": .integer, "truncated": .boolean,
                            "generated_at": .time,
                        ])
                    ),
                    "sources": .sometimes(.array(source)), "data": .sometimes(data),
                    "counts": .sometimes(
                        .object([
                            "tasks": .integer, "messages": .integer, "blockings": .integer, "history": .integer,
                        ])
                    ),
                    "context": .sometimes(.optional(.text)), "message": .sometimes(.text),
                ])
            )
        ]
    )

    static let generate = RouteDescription(
        "Writes a brief for an agent in a session",
        tag: "context",
        body: [
            agentInBody, sessionInBody, agentType, maximumTokens, includesHistory, historyLimit, includesMessages,
            includesBlocking, project,
        ],
        answers: [
            .created(
                .object([
                    "success": .boolean,
                    "brief": .object([
                        "id": .uuid, "agent_id": .text, "agent_type": .text, "session_id": .text, "content": .text,
                        "token_count": .integer, "truncated": .boolean, "generated_at": .time,
                    ]),
                    "sources": .array(source),
                ])
            )
        ]
    )

    static let restore = RouteDescription(
        "Writes a brief for an agent whose context was compacted, notes the compaction, and puts a message into its inbox",
        tag: "context",
        body: [session, restoredAgent, agentType, summary, maximumTokens],
        answers: [
            .ok(
                .object([
                    "success": .boolean, "brief": .text, "sources": .array(source), "session_compacted": .boolean,
                    "restored_at": .time,
                ])
            )
        ]
    )

    static let status = RouteDescription(
        "Whether a session's context was compacted",
        tag: "context",
        path: [session],
        answers: [
            .ok(
                .object([
                    "session_id": .text, "exists": .boolean, "compacted": .boolean,
                    "compacted_at": .sometimes(.optional(.time)), "compact_summary": .sometimes(.optional(.text)),
                    "compact_agent": .sometimes(.optional(.text)),
                ])
            )
        ]
    )
}
