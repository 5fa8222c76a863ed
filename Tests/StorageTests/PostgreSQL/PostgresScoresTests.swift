import Testing

@testable import Storage

struct PostgresScoresTests {
    private func key(_ keyword: String) -> ScoreKey {
        ScoreKey(keyword: keyword, toolName: "Bash", toolType: "builtin")
    }

    @Test func itKnowsWhatItWasTold() {
        var scores = PostgresScores()
        #expect(!scores.contains(key("a")))
        scores.remember([key("a"), key("b")])
        #expect(scores.contains(key("a")) && scores.contains(key("b")))
        scores.forget()
        #expect(!scores.contains(key("a")))
    }

    @Test func itStaysWithinItsBound() {
        var scores = PostgresScores()
        let many = (0..<PostgresScores.limit).map { key("k\($0)") }
        scores.remember(many)
        scores.remember([key("new")])
        #expect(scores.contains(key("new")))
        #expect(!scores.contains(many[0]))
        scores.remember(many + [key("beyond")])
        #expect(scores.contains(many[0]))
        #expect(!scores.contains(key("beyond")))
    }

    @Test func onlyRowsThatAreThereHaveToBeFound() {
        let actions = (0..<4).map { sampleAction(keywords: ["known", "new\($0)"]) }
        let entries = actions.enumerated().map { index, action in
            JournalEntry(position: JournalPosition(Int64(index) + 1), record: .action(action))
        }
        var known = PostgresScores()
        known.remember([key("known")])
        let effects = PostgresEffects(BatchEffects(of: entries, learning: testLearning), known: known, ids: testIDs)
        #expect(effects.expected.map(\.rows) == [1])
        #expect(Set(effects.scores) == Set((0..<4).map { key("new\($0)") }))
    }
}
