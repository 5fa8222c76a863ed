import Bus
import Testing

@testable import Storage

struct BatchEffectsTests {
    private func effects(_ records: [JournalRecord]) -> BatchEffects {
        let entries = records.enumerated().map { index, record in
            JournalEntry(position: JournalPosition(Int64(index) + 1), record: record)
        }
        return BatchEffects(of: entries, learning: testLearning)
    }

    @Test func sessionsAreCountedOncePerBatch() {
        let found = effects([
            .action(sampleAction(session: "s", project: "/p/", exitCode: 0)),
            .action(sampleAction(session: "s", exitCode: 2)),
            .action(sampleAction(session: "s", exitCode: nil)),
            .action(sampleAction(session: "t", project: "/")),
        ])
        let session = found.sessions[ExactText("s")]
        #expect(session?.tools == 3)
        #expect(session?.successes == 1)
        #expect(session?.errors == 1)
        #expect(session?.projectPath == "/p")
        #expect(Set(found.projects.keys.map(\.string)) == ["/p", "/"])
    }

    @Test func composedScoresEndWhereStepsEnd() throws {
        let key = ScoreKey(keyword: "k", toolName: "Bash", toolType: "builtin")
        for seed in UInt64(0)..<50 {
            var random = SeededGenerator(seed: seed)
            let actions = (0..<60).map { _ in
                sampleAction(exitCode: [0, 1, nil].randomElement(using: &random) ?? 0, keywords: ["k"])
            }
            guard case .uses(let changes)? = effects(actions.map { .action($0) }).scores.first else {
                Issue.record("no scores")
                return
            }
            for start in [nil, ScoreRow(score: Score(4.95), usageCount: 3, successCount: 1, lastUsed: testTime)] {
                var row = start
                for action in actions { row = testLearning.action(action).applied(to: row) }
                #expect(changes[key]?.applied(to: start) == row)
            }
        }
    }

    @Test func aVerdictStandsBetweenTheUsesAroundIt() {
        let use = JournalRecord.action(sampleAction(keywords: ["k"]))
        let verdict = sampleFeedback(tool: "Bash", keywords: ["k"], chosen: true)
        let steps = effects([use, .feedback(verdict), use]).scores
        #expect(steps.count == 3)
        guard steps.count == 3, case .uses = steps[0], case .feedback(verdict, _) = steps[1], case .uses = steps[2]
        else {
            Issue.record("the order is lost")
            return
        }
    }
}
