/// What the whole table says about tools.
package struct RoutingStatistics: Sendable, Equatable {
    /// One tool with one number about it.
    package struct Ranked<Value: Sendable & Equatable>: Sendable, Equatable {
        /// Its name as reported.
        package let toolName: String
        /// Its type.
        package let toolType: String
        /// What it is ranked by.
        package let value: Value
    }

    /// How many tools a type has.
    package struct TypeCount: Sendable, Equatable {
        /// The type.
        package let toolType: String
        /// Different names.
        package let toolCount: Int
    }

    /// Rows: a keyword with a tool name and a tool type.
    package let recordCount: Int
    /// Different keywords.
    package let keywordCount: Int
    /// Different tool names.
    package let toolCount: Int
    /// The mean score of the rows, 0 without rows; not rounded.
    package let averageScore: Double
    /// The mean usage count of the rows, 0 without rows; not rounded.
    package let averageUsage: Double
    /// At most ten tools with the best mean score, ties by name and type.
    package let topByScore: [Ranked<Double>]
    /// At most ten tools with the most uses, ties by name and type.
    package let topByUsage: [Ranked<Int>]
    /// All types, those with the most tools first, ties by name.
    package let types: [TypeCount]
}

extension RoutingTable {
    /// The statistics of the table. Costs a walk over the tools, not over the rows.
    package func stats() -> RoutingStatistics {
        let rows = Double(max(rowCount, 1))
        let byName = tools.all.sorted { left, right in
            left.name.utf8.elementsEqual(right.name.utf8)
                ? left.type.utf8.lexicographicallyPrecedes(right.type.utf8)
                : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
        return RoutingStatistics(
            recordCount: rowCount,
            keywordCount: entries.count,
            toolCount: tools.nameCount,
            averageScore: Double(tools.all.reduce(0) { $0 + $1.scoreSum }) / 1e6 / rows,
            averageUsage: Double(tools.all.reduce(0) { $0 + $1.usageSum }) / rows,
            topByScore: Self.top(byName) { Double($0.scoreSum) / 1e6 / Double($0.rowCount) },
            topByUsage: Self.top(byName) { $0.usageSum },
            types: Dictionary(grouping: byName, by: \.type)
                .map { RoutingStatistics.TypeCount(toolType: $0, toolCount: $1.count) }
                .sorted { ($1.toolCount, $0.toolType) < ($0.toolCount, $1.toolType) }
        )
    }

    /// Sorting is stable, so ties keep the order of the names.
    private static func top<Value: Comparable & Sendable>(
        _ tools: [RoutingTools.Tool],
        by value: (RoutingTools.Tool) -> Value
    ) -> [RoutingStatistics.Ranked<Value>] {
        let ranked = tools.map { RoutingStatistics.Ranked(toolName: $0.name, toolType: $0.type, value: value($0)) }
        return Array(ranked.sorted { $0.value > $1.value }.prefix(10))
    }
}
