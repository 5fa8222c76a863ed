package import Bus
package import Storage

/// Which tools worked for which keywords: the stored scores, kept in memory, so that a suggestion costs no query.
///
/// A value without locks; its owner serialises. Keywords and tools are known by their exact bytes. Bounded: beyond
/// `maximumRows`, and for one keyword beyond `maximumRowsPerKeyword`, new pairs aren't learnt and `refusedCount` says
/// how often; rows that are there go on learning, and the store has everything.
package struct RoutingTable: Sendable {
    /// A row, filed under its keyword.
    struct Entry: Sendable {
        let tool: RoutingTools.ID
        var row: ScoreRow
    }

    /// The bound for all keywords together.
    package let maximumRows: Int
    /// The bound for one keyword: all its rows are walked at each use.
    package static let maximumRowsPerKeyword = 1024
    /// How many new pairs were not learnt because of a bound.
    package private(set) var refusedCount = 0
    /// How many rows there are.
    package private(set) var rowCount = 0

    private(set) var entries: [ExactText: [Entry]] = [:]
    private(set) var tools = RoutingTools()

    /// - Parameter maximumRows: About 100 bytes of memory each.
    package init(maximumRows: Int = 1_000_000) {
        self.maximumRows = maximumRows
    }

    /// Learns one use of a tool.
    ///
    /// - Parameters:
    ///   - keywords: What the use was about, see `Keywords`.
    ///   - toolName: Its name as reported.
    ///   - toolType: Its type; the same name of two types is two tools.
    ///   - success: nil when the outcome is unknown, see `ScoreRule.use`.
    ///   - time: When it happened.
    package mutating func learn(
        keywords: [String],
        toolName: String,
        toolType: String,
        success: Bool?,
        at time: Timestamp
    ) {
        let change = ScoreRule.use(success: success, at: time)
        var known = tools.id(toolName, toolType)
        for keyword in keywords {
            let keyword = ExactText(keyword)
            // The first row of a new tool gives it its number.
            let tool = known ?? tools.id(toolName, toolType)
            known = tool
            if let tool, changeEntry(keyword, tool, { change.applied(to: $0) }) { continue }
            if let row = change.applied(to: nil) { insert(row, keyword, tool, toolName, toolType) }
        }
    }

    /// Applies an opinion to the rows of a tool, of all its types. Unknown pairs stay unknown.
    ///
    /// - Returns: How many rows were changed.
    package mutating func feedback(
        keywords: [String],
        toolName: String,
        chosen: Bool,
        at time: Timestamp
    ) -> Int {
        let change = ScoreRule.feedback(chosen: chosen, at: time)
        var count = 0
        for tool in tools.ids(named: toolName) {
            for keyword in keywords where changeEntry(ExactText(keyword), tool, { change.applied(to: $0) }) {
                count += 1
            }
        }
        return count
    }

    /// Takes a stored row over, in place of what is known about the key.
    package mutating func restore(_ key: ScoreKey, _ row: ScoreRow) {
        let row = row.withinCountableRange
        let keyword = ExactText(key.keyword)
        let tool = tools.id(key.toolName, key.toolType)
        if let tool, changeEntry(keyword, tool, { _ in row }) { return }
        insert(row, keyword, tool, key.toolName, key.toolType)
    }

    /// Changes a row if it is there.
    mutating func changeRow(_ key: ScoreKey, _ change: ScoreChange) {
        guard let tool = tools.id(key.toolName, key.toolType) else { return }
        _ = changeEntry(ExactText(key.keyword), tool) { change.applied(to: $0) }
    }

    /// Changes a row in its place; false when there is none.
    private mutating func changeEntry(
        _ keyword: ExactText,
        _ tool: RoutingTools.ID,
        _ change: (ScoreRow) -> ScoreRow?
    ) -> Bool {
        guard let place = entries.index(forKey: keyword),
            let index = entries.values[place].firstIndex(where: { $0.tool == tool })
        else { return false }
        let old = entries.values[place][index].row
        guard let new = change(old) else { return false }
        entries.values[place][index].row = new
        tools.record(tool, from: old, to: new)
        return true
    }

    private mutating func insert(
        _ row: ScoreRow,
        _ keyword: ExactText,
        _ tool: RoutingTools.ID?,
        _ toolName: String,
        _ toolType: String
    ) {
        guard rowCount < maximumRows, entries[keyword]?.count ?? 0 < Self.maximumRowsPerKeyword else {
            refusedCount += 1
            return
        }
        let tool = tool ?? tools.intern(toolName, toolType)
        entries[keyword, default: []].append(Entry(tool: tool, row: row))
        rowCount += 1
        tools.record(tool, from: nil, to: row)
    }
}

extension ScoreRow {
    /// Stored numbers that no use can have led to would overflow the sums: a million of these don't.
    fileprivate var withinCountableRange: ScoreRow {
        let counts = 0...(1 << 40)
        let scores = Score(-1e6)...Score(1e6)
        return ScoreRow(
            score: min(max(score, scores.lowerBound), scores.upperBound),
            usageCount: min(max(usageCount, counts.lowerBound), counts.upperBound),
            successCount: min(max(successCount, counts.lowerBound), counts.upperBound),
            lastUsed: lastUsed
        )
    }
}
