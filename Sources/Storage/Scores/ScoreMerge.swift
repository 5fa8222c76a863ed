/// How a row that was learnt here and one that was imported become one.
package enum ScoreMerge: String, CaseIterable, Sendable {
    /// The score of the row with more uses; on a tie that of our own. Counts are added.
    case keepLarger = "keep-larger"
    /// What both have gained or lost since the first use is added, within the bounds; counts are added.
    case sum
    /// The imported row.
    case replace

    /// - Parameter own: nil where nothing was learnt.
    package func merged(_ own: ScoreRow?, _ imported: ScoreRow) -> ScoreRow {
        guard let own, self != .replace else { return imported }
        let gain = imported.score.micro - Score.initial.micro
        let sum = Score(micro: own.score.micro + gain)
        let bounds = Score.bounds
        let larger = own.usageCount >= imported.usageCount ? own.score : imported.score
        return ScoreRow(
            score: self == .sum ? min(max(sum, bounds.lowerBound), bounds.upperBound) : larger,
            usageCount: own.usageCount + imported.usageCount,
            successCount: own.successCount + imported.successCount,
            lastUsed: max(own.lastUsed, imported.lastUsed)
        )
    }
}

/// The row of one key: what was learnt here, and what each import says of it.
struct ScoreParts: Equatable, Sendable {
    /// What one run has imported.
    struct Import: Equatable, Sendable {
        var run: Int
        var source: String
        var merge: ScoreMerge
        var row: ScoreRow
    }

    /// What the row would be without any import; nil if there would be none.
    var own: ScoreRow?
    /// In the order of their runs.
    var imports: [Import]

    /// What a run of this source said last.
    func latest(of source: String) -> ScoreRow? { imports.last { $0.source == source }?.row }

    /// The row to store; nil for none. Of each source only the newest run counts: it read the same history again.
    var merged: ScoreRow? {
        imports.enumerated().reduce(own) { row, element in
            let (index, part) = element
            let isNewest = !imports[(index + 1)...].contains { $0.source == part.source }
            return isNewest ? part.merge.merged(row, part.row) : row
        }
    }
}
