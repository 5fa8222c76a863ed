internal import Bus
internal import Storage

/// Rows of `keyword_tool_scores` as imported scores. Only `keyword` and `tool_name` are needed; docs/migration.md has
/// the rules.
struct OldScores: Sendable {
    static let table = "keyword_tool_scores"
    static let needed = ["keyword", "tool_name"]
    private static let known = needed + ["tool_type", "score", "usage_count", "success_count", "last_used"]
    private static let counts = 0...(1 << 40)

    let columns: OldColumns

    init(columns: [OldDatabase.Column]) {
        self.columns = OldColumns(columns, known: OldScores.known)
    }

    /// A score, and which of its values were changed.
    struct Reading: Equatable, Sendable {
        var score: ImportedScore
        var repaired: [String]
    }

    func convert(_ row: OldRow) -> Converted<Reading> {
        func value(_ name: String) -> OldValue { columns.index(name).map { row.values[$0] } ?? .null }
        var note = ImportNote(row: row.rowID)
        guard let text = value("keyword").repairedText, let keyword = KeywordList.normalized([text.string]).first else {
            return .rejected("keyword is missing")
        }
        guard let tool = value("tool_name").trimmedText else { return .rejected("tool_name is missing") }
        for (name, text) in [("keyword", keyword), ("tool_name", tool.string)]
        where text.utf8.count > NewAction.maximumNameLength {
            return .rejected("\(name) has more than \(NewAction.maximumNameLength) bytes")
        }
        if keyword != text.string || text.isRepaired { note.repaired.append("keyword") }
        if tool.isRepaired { note.repaired.append("tool_name") }
        let type = ToolType.read(value("tool_type"), toolName: tool.string, &note)
        guard let weight = value("score").isAbsent ? Score.initial.value : value("score").number else {
            return .rejected("score is no number")
        }
        guard let uses = OldScores.count(value("usage_count")), let successes = OldScores.count(value("success_count"))
        else { return .rejected("usage_count or success_count is no whole number from 0") }
        let score = min(max(Score(weight), Score.bounds.lowerBound), Score.bounds.upperBound)
        if score != Score(weight) { note.repaired.append("score") }
        if successes > uses { note.repaired.append("success_count") }
        let time = OldTime.timestamp(value("last_used"))
        if time == nil, !value("last_used").isAbsent { note.repaired.append("last_used") }
        let read = ScoreRow(
            score: score,
            usageCount: uses,
            successCount: min(successes, uses),
            lastUsed: time ?? Timestamp(milliseconds: 0)
        )
        let key = ScoreKey(keyword: keyword, toolName: tool.string, toolType: type.rawValue)
        return .row(Reading(score: ImportedScore(key: key, row: read), repaired: note.repaired))
    }

    /// One where nothing is said, as the old table had it by default.
    private static func count(_ value: OldValue) -> Int? {
        value.isAbsent ? 1 : value.whole(in: counts)?.value
    }
}

/// The scores of a whole table in the order of keys: spellings that are one keyword here become one row.
struct OldScoreTable: Sendable {
    private(set) var rows: [ImportedScore]
    /// Rows that were joined with another one.
    let joined: Int

    /// Joins in place, because all scores are in memory at once: the score of the row with more uses, and the counts of
    /// both.
    ///
    /// - Parameter scores: In the order of the source.
    init(_ scores: consuming [ImportedScore]) {
        rows = scores
        // What is equal stays in its order.
        rows.sort { $0.key.precedes($1.key) }
        var count = 0
        for index in rows.indices {
            if count > 0, rows[count - 1].key == rows[index].key {
                rows[count - 1].row = ScoreMerge.keepLarger.merged(rows[count - 1].row, rows[index].row)
            } else {
                rows[count] = rows[index]
                count += 1
            }
        }
        joined = rows.count - count
        rows.removeLast(joined)
    }
}
