/// What the routes of `RoutingRoutes` take and answer.
enum RoutingDescriptions {
    static let keywords = Field.texts("keywords", aliases: ["keyword"], count: 1000, "Words, separated by commas")
    static let question = Field.text("q", bytes: 0...8192, "The same in natural language")
    static let limit = Field.integer("limit", in: 1...50, "Suggestions at most").or(10)
    static let minimumScore = Field.number("min_score", "Only tools with at least this score").or(0.5)
    static let toolType = Field.text("tool_type", "Only tools of this type")
    static let excludedTypes = Field.texts("exclude_types", count: 100, "No tools of these types")

    // The names of the dashboard and of the French description are accepted beside those of the contract.
    static let judgedTool = Field.text(
        "tool_name",
        aliases: ["selected_tool", "chosen_tool", "suggested_tool"],
        bytes: 0...4096,
        "The tool that is judged"
    )
    static let judgedKeywords = Field.texts("keywords", count: 1000, bytes: 0...4096, "The words it was suggested for")
    static let chosen = Field.boolean("chosen", aliases: ["accepted", "was_helpful"], "Whether it was the right one")

    private static let toolScore = JSONSchema.object(["tool_name": .text, "tool_type": .text, "avg_score": .number])
    private static let toolUsage = JSONSchema.object(["tool_name": .text, "tool_type": .text, "total_usage": .integer])

    static let suggest = RouteDescription(
        "Which tools worked for some words; either keywords or q is needed",
        tag: "routing",
        query: [keywords, question, limit, minimumScore, toolType, excludedTypes],
        answers: [
            .ok(
                .object([
                    "keywords": .array(.text),
                    "suggestions": .array(
                        .object([
                            "tool_name": .text, "tool_type": .text, "score": .number, "usage_count": .integer,
                            "success_rate": .number, "keyword_matches": .integer,
                        ])
                    ),
                    "count": .integer, "compat_output": .text,
                ])
            )
        ]
    )

    static let stats = RouteDescription(
        "What was learnt so far",
        tag: "routing",
        answers: [
            .ok(
                .object([
                    "totals": .object([
                        "total_records": .integer, "unique_keywords": .integer, "unique_tools": .integer,
                        "avg_score": .number, "avg_usage": .number,
                    ]),
                    "top_by_score": .array(toolScore), "top_by_usage": .array(toolUsage),
                    "type_distribution": .array(.object(["tool_type": .text, "tool_count": .integer])),
                ])
            )
        ]
    )

    static let judge = RouteDescription(
        "Says whether a suggestion was right",
        tag: "routing",
        body: [judgedTool, judgedKeywords, chosen],
        answers: [
            .ok(.object(["success": .boolean, "message": .text, "updated": .integer, "adjustment": .number]))
        ]
    )
}
