/// SQL about `routing_scores` that every store runs.
enum ScoreStatements {
    /// A page of the table behind an id.
    static let page = """
        SELECT id, keyword, tool_name, tool_type, weight, usage_count, success_count, last_used FROM routing_scores
        WHERE id > $1 ORDER BY id LIMIT $2
        """

    static let find = """
        SELECT id, weight, usage_count, success_count, last_used FROM routing_scores
        WHERE keyword = $1 AND tool_name = $2 AND tool_type = $3
        """

    /// Of SQLite, where `keywords` is made of the keyword.
    static let insert = """
        INSERT INTO routing_scores (keyword, tool_name, tool_type, weight, usage_count, success_count, last_used)
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
        """

    static let update = """
        UPDATE routing_scores SET weight = $1, usage_count = $2, success_count = $3, last_used = $4 WHERE id = $5
        """

    /// Feedback names no tool type, so it is about every type of that tool. Parameters: delta, lower, upper, last used,
    /// keyword, tool name.
    static let feedback = """
        UPDATE routing_scores SET weight = \(shifted("$1", "$2", "$3")), last_used = \(later("$4"))
        WHERE keyword = $5 AND tool_name = $6
        """

    /// A `ClampedShift`, computed in whole millionths: binary fractions would depend on the order of the sums.
    static func shifted(
        _ delta: String,
        _ lower: String,
        _ upper: String,
        of table: String = "routing_scores"
    ) -> String {
        let micro = "CAST(round(\(table).weight * 1000000) AS BIGINT) + \(delta)"
        let shifted =
            "CASE WHEN \(micro) < \(lower) THEN \(lower) WHEN \(micro) > \(upper) THEN \(upper) ELSE \(micro) END"
        // The nearest number to the quotient, as `Score.value`; PostgreSQL's decimal numbers would take ten times as long.
        return "CAST(\(shifted) AS DOUBLE PRECISION) / 1000000.0"
    }

    /// The later of a row's time and another one.
    static func later(_ time: String, of table: String = "routing_scores") -> String {
        "CASE WHEN \(table).last_used > \(time) THEN \(table).last_used ELSE \(time) END"
    }
}
