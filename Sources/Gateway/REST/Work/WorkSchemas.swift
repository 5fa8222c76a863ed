/// What the objects of `WorkJSON` have.
extension JSONSchema {
    static let project = JSONSchema.named("Project", .members(projectMembers))

    static let projectDetails = JSONSchema.members(
        projectMembers + [
            ("requests", .array(.members(requestMembers.filter { $0.name != "project_id" }))),
            ("stats", .optional(projectStatistics)),
        ]
    )

    static let projectMembers: [JSONMember] = [
        ("id", .uuid), ("path", .text), ("name", .optional(.text)), ("created_at", .time), ("updated_at", .time),
        ("metadata", .anything),
    ]

    static let projectStatistics = JSONSchema.named(
        "ProjectStatistics",
        .object([
            "project_id": .uuid, "project_name": .optional(.text), "path": .text, "total_requests": .integer,
            "total_subtasks": .integer, "total_actions": .integer, "successful_actions": .integer,
            "avg_duration_ms": .optional(.number), "last_activity": .time,
        ])
    )

    static let request = JSONSchema.named("Request", .members(requestMembers))

    static let requestDetails = JSONSchema.members(requestMembers + [("tasks", .array(.task))])

    static let requestMembers: [JSONMember] = [
        ("id", .uuid), ("project_id", .uuid), ("session_id", .text), ("prompt", .text),
        ("prompt_type", .optional(.text)), ("status", .text), ("created_at", .time),
        ("completed_at", .optional(.time)), ("metadata", .anything),
    ]

    static let task = JSONSchema.named("Task", .members(taskMembers))

    static let taskDetails = JSONSchema.members(taskMembers + [("subtasks", .array(.subtaskWithoutSnapshot))])

    static let taskMembers: [JSONMember] = [
        ("id", .uuid), ("request_id", .uuid), ("name", .optional(.text)), ("wave_number", .integer),
        ("status", .text), ("created_at", .time), ("completed_at", .optional(.time)),
    ]

    static let subtask = JSONSchema.named("Subtask", .members(subtaskMembers))

    static let subtaskWithoutSnapshot = JSONSchema.named(
        "SubtaskWithoutSnapshot",
        .members(subtaskMembers.filter { $0.name != "context_snapshot" })
    )

    static let subtaskDetails = JSONSchema.members(
        subtaskMembers + [
            (
                "actions",
                .array(
                    .object([
                        "id": .uuid, "tool_name": .text, "tool_type": .text, "exit_code": .optional(.integer),
                        "duration_ms": .optional(.integer), "file_paths": .array(.text), "created_at": .time,
                    ])
                )
            )
        ]
    )

    static let subtaskMembers: [JSONMember] = [
        ("id", .uuid), ("task_id", .uuid), ("task_list_id", .uuid), ("agent_type", .optional(.text)),
        ("agent_id", .optional(.text)), ("description", .text), ("status", .text),
        ("blocked_by", .optional(.array(.uuid))), ("created_at", .time), ("started_at", .optional(.time)),
        ("completed_at", .optional(.time)), ("context_snapshot", .anything), ("result", .anything),
    ]

    static let session = JSONSchema.named("Session", .members(sessionMembers))

    static let sessionDetails = JSONSchema.members(
        sessionMembers + [
            (
                "requests",
                .array(
                    .object([
                        "id": .uuid, "prompt": .text, "prompt_type": .optional(.text), "status": .text,
                        "created_at": .time,
                    ])
                )
            ),
            ("behind", .sometimes(.behind)),
        ]
    )

    static let sessionMembers: [JSONMember] = [
        ("id", .text), ("project_id", .optional(.uuid)), ("started_at", .time), ("ended_at", .optional(.time)),
        ("total_tools_used", .integer), ("total_success", .integer), ("total_errors", .integer),
    ]

    /// A list under its name, with what tells where it goes on.
    static func page(_ name: String, _ row: JSONSchema, hasTotal: Bool = false) -> JSONSchema {
        .members(
            [(name, .array(row)), ("count", .integer)] + (hasTotal ? [("total", .integer)] : [])
                + [
                    ("limit", .integer), ("offset", .integer), ("next_cursor", .optional(.text)),
                    ("behind", .sometimes(.behind)),
                ]
        )
    }
}
