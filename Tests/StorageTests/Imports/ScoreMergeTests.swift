import Bus
import Testing

@testable import Storage

struct ScoreMergeTests {
    private func row(_ score: Double, _ uses: Int, _ successes: Int, _ last: Int64) -> ScoreRow {
        ScoreRow(
            score: Score(score),
            usageCount: uses,
            successCount: successes,
            lastUsed: Timestamp(milliseconds: last)
        )
    }

    @Test func eachPolicyHasItsRule() {
        let (own, old) = (row(1.2, 3, 2, 50), row(4.4, 10, 7, 20))
        #expect(ScoreMerge.keepLarger.merged(own, old) == row(4.4, 13, 9, 50))
        #expect(ScoreMerge.keepLarger.merged(row(1.2, 10, 2, 5), old) == row(1.2, 20, 9, 20))
        #expect(ScoreMerge.sum.merged(own, old) == row(4.6, 13, 9, 50))
        #expect(ScoreMerge.sum.merged(row(4, 1, 1, 1), old) == row(5, 11, 8, 20))
        #expect(ScoreMerge.sum.merged(row(0.2, 1, 0, 1), row(0.3, 1, 0, 1)) == row(0.1, 2, 0, 1))
        #expect(ScoreMerge.replace.merged(own, old) == old)
        for merge in ScoreMerge.allCases { #expect(merge.merged(nil, old) == old) }
    }

    @Test func ofEachSourceTheNewestCounts() {
        func part(_ run: Int, _ source: String, _ score: Double) -> ScoreParts.Import {
            ScoreParts.Import(run: run, source: source, merge: .sum, row: row(score, 1, 1, 1))
        }
        var parts = ScoreParts(own: row(1, 1, 1, 1), imports: [part(1, "a", 2), part(2, "b", 1.5), part(3, "a", 3)])
        #expect(parts.merged == row(3.5, 3, 3, 1))
        #expect(parts.latest(of: "a") == row(3, 1, 1, 1))
        parts.imports.removeAll { $0.run == 3 }
        #expect(parts.merged == row(2.5, 3, 3, 1))
        parts.imports = []
        #expect(parts.merged == row(1, 1, 1, 1))
    }
}
