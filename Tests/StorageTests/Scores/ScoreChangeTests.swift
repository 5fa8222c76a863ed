import Bus
import Storage
import TestSupport
import Testing

@Suite struct ScoreChangeTests {
    let bounds = Score(0.1)...Score(5.0)

    func randomChange(using random: inout SeededGenerator) -> ScoreChange {
        let lower = Int.random(in: 0..<1_000_000, using: &random)
        let upper = lower + Int.random(in: 0..<1_000_000, using: &random)
        let shift = ClampedShift(
            by: .random(in: -600_000...600_000, using: &random),
            within: Score(micro: lower)...Score(micro: upper)
        )
        let time = Timestamp(milliseconds: .random(in: 0..<1000, using: &random))
        guard Bool.random(using: &random) else { return .feedback(shift: shift, at: time) }
        let initial = Score(micro: .random(in: 0..<2_000_000, using: &random))
        return .use(shift: shift, success: .random(using: &random), initial: initial, at: time)
    }

    func randomRow(using random: inout SeededGenerator) -> ScoreRow {
        ScoreRow(
            score: Score(micro: .random(in: -1_000_000...3_000_000, using: &random)),
            usageCount: .random(in: 0..<100, using: &random),
            successCount: .random(in: 0..<100, using: &random),
            lastUsed: Timestamp(milliseconds: .random(in: 0..<1000, using: &random))
        )
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `composing first is applying one after the other`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var changes: [ScoreChange] = []
            for _ in 0..<Int.random(in: 1...12, using: &random) { changes.append(randomChange(using: &random)) }
            var composed = changes[0]
            for change in changes.dropFirst() { composed.then(change) }
            for row in [nil, randomRow(using: &random), randomRow(using: &random)] as [ScoreRow?] {
                #expect(composed.applied(to: row) == changes.reduce(row) { $1.applied(to: $0) })
            }
        }
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `it doesn't matter how a sequence is grouped`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (a, b, c) = (
            randomChange(using: &random), randomChange(using: &random), randomChange(using: &random)
        )
        var left = a
        left.then(b)
        left.then(c)
        var tail = b
        tail.then(c)
        var right = a
        right.then(tail)
        #expect(left == right)
    }

    @Test func `the first use makes the row and isn't a shift`() {
        let up = ClampedShift(by: 100_000, within: bounds)
        var change = ScoreChange.use(shift: up, success: true, initial: Score(1), at: Timestamp(milliseconds: 1))
        change.then(.use(shift: up, success: false, initial: Score(1), at: Timestamp(milliseconds: 2)))
        #expect(change.insertsMissing)
        #expect(
            change.applied(to: nil)
                == ScoreRow(
                    score: Score(1.1),
                    usageCount: 2,
                    successCount: 1,
                    lastUsed: Timestamp(milliseconds: 2)
                )
        )
    }

    @Test func `feedback before the first use is nothing`() {
        let up = ClampedShift(by: 200_000, within: bounds)
        var change = ScoreChange.feedback(shift: up, at: Timestamp(milliseconds: 9))
        #expect(!change.insertsMissing)
        #expect(change.applied(to: nil) == nil)
        change.then(.use(shift: up, success: true, initial: Score(1), at: Timestamp(milliseconds: 5)))
        #expect(change.applied(to: nil)?.score == Score(1))
        #expect(change.applied(to: nil)?.lastUsed == Timestamp(milliseconds: 5))
    }

    @Test func `bounds hold between the steps, not only at the end`() {
        var change = ScoreChange.feedback(shift: ClampedShift(by: 300_000, within: bounds), at: .init(milliseconds: 0))
        change.then(.feedback(shift: ClampedShift(by: -300_000, within: bounds), at: .init(milliseconds: 0)))
        let row = ScoreRow(score: Score(4.9), usageCount: 1, successCount: 1, lastUsed: .init(milliseconds: 0))
        #expect(change.applied(to: row)?.score == Score(4.7))
    }
}
