/// SQL for `StoreReport`; every store runs it.
enum ReportStatements {
    /// Tables whose rows a report counts.
    static let tables = [
        "projects", "sessions", "requests", "task_lists", "subtasks", "actions", "routing_scores", "messages",
        "inbox_items", "subscriptions", "idempotency_keys",
    ]

    static func count(_ table: String) -> String { "SELECT count(*) FROM \(table)" }

    static let rejected = count("rejected_records")

    static let marks = "SELECT journal_id, position, updated_at FROM journal_marks ORDER BY updated_at DESC, journal_id"
}
