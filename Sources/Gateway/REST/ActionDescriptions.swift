internal import Agents
internal import HTTPTypes

/// What the routes of `ActionRoutes` take and answer.
enum ActionDescriptions {
    static let toolName = Field.text("tool_name", "Only calls of this tool")
    static let toolType = Field.text("tool_type", "Only calls of tools of this type")
    static let sessionID = Field.text("session_id", "Only calls of this session")
    /// In a path.
    static let session = Field.text("session_id", bytes: 1...512, "The session's id").required

    private static let largest = Int(Int32.max)

    static let record = RouteDescription(
        "Records a tool call",
        tag: "actions",
        headers: [
            Field.text("Idempotency-Key", bytes: 1...255, "A repetition with the same key gets the first answer")
        ],
        body: [
            Field.text("tool_name", bytes: 1...512, "Name of the tool").required,
            Field<ToolType>.choice("tool_type", "Kind of the tool").required,
            Field.text("input", bytes: 0...Route.defaultBodyLimit, "What the tool was given; words are learnt from it"),
            Field.text("output", bytes: 0...Route.defaultBodyLimit, "What the tool answered"),
            Field.integer("exit_code", in: -largest - 1...largest, "0 or absent: all went well"),
            Field.integer("duration_ms", in: 0...largest, "How long it took"),
            Field.texts("file_paths", count: 1000, bytes: 0...4096, "Files that it touched, 64 KiB together"),
            Field.uuid("subtask_id", "The subtask that it was part of"),
            Field.text("session_id", "The session that it was part of"),
            Field.text("project_path", bytes: 0...4096, "Folder of the project"),
        ],
        answers: [
            .created(
                .object([
                    "success": .boolean,
                    "action": .object([
                        "id": .uuid, "tool_name": .text, "tool_type": .text, "exit_code": .optional(.integer),
                        "duration_ms": .optional(.integer), "session_id": .optional(.text), "created_at": .time,
                        "keywords_extracted": .integer,
                    ]),
                ])
            ),
            .error(.unprocessableContent, "The Idempotency-Key was used before with another body"),
        ]
    )

    static let list = RouteDescription(
        "Tool calls, newest first",
        tag: "actions",
        query: [toolName, toolType, sessionID] + Paging.fields,
        answers: [
            .ok(
                .object([
                    "actions": .array(
                        .named(
                            "Action",
                            .object([
                                "id": .uuid, "tool_name": .text, "tool_type": .text, "exit_code": .optional(.integer),
                                "duration_ms": .optional(.integer), "file_paths": .array(.text),
                                "session_id": .optional(.text), "project_path": .optional(.text), "created_at": .time,
                            ])
                        )
                    ),
                    "count": .integer, "limit": .integer, "offset": .integer, "next_cursor": .optional(.text),
                    "behind": .sometimes(.behind),
                ])
            )
        ]
    )

    static let hourly = RouteDescription(
        "How many tool calls there were in each of the last 24 hours",
        tag: "actions",
        query: [CommonFields.stale],
        answers: [
            .ok(
                .object([
                    "data": .array(.object(["hour": .time, "count": .integer])), "period": .text,
                    "behind": .sometimes(.behind),
                ])
            )
        ]
    )

    static let delete = RouteDescription(
        "Deletes a tool call",
        tag: "actions",
        path: [CommonFields.id],
        answers: [.deleted, .notFound("action")]
    )

    static let deleteBySession = RouteDescription(
        "Deletes all tool calls of a session",
        tag: "actions",
        path: [session],
        answers: [.ok(.object(["success": .boolean, "deleted_count": .integer, "session_id": .text]))]
    )
}

extension JSONSchema {
    /// How far the store was behind an answer that didn't wait for it.
    static let behind = JSONSchema.named(
        "Behind",
        .object(["records": .integer, "oldestAgeMs": .optional(.integer)])
    )
}
