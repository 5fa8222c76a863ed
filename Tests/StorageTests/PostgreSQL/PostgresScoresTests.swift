import Testing

@testable import Storage

struct PostgresScoresTests {
    private func key(_ keyword: String) -> ScoreKey {
        ScoreKey(keyword: keyword, toolName: "Bash", toolType: "builtin")
    }

    @Test func itKnowsWhatItWasTold() {
        var scores = PostgresScores()
        #expect(scores.id(of: key("a")) == nil)
        scores.remember([(key("a"), 7), (key("b"), 8)])
        #expect([scores.id(of: key("a")), scores.id(of: key("b"))] == [7, 8])
        scores.forget()
        #expect(scores.id(of: key("a")) == nil)
    }

    @Test func itStaysWithinItsBound() {
        var scores = PostgresScores()
        let many = (0..<PostgresScores.limit).map { (key("k\($0)"), Int64($0)) }
        scores.remember(many)
        scores.remember([(key("new"), 1)])
        #expect(scores.id(of: key("new")) == 1)
        #expect(scores.id(of: many[0].0) == nil)
        scores.remember(many + [(key("beyond"), 2)])
        #expect(scores.id(of: many[0].0) == 0)
        #expect(scores.id(of: key("beyond")) == nil)
    }

    @Test func onlyRowsThatAreKnownHaveToBeFound() {
        let actions = (0..<4).map { sampleAction(keywords: ["known", "new\($0)"]) }
        let entries = actions.enumerated().map { index, action in
            JournalEntry(position: JournalPosition(Int64(index) + 1), record: .action(action))
        }
        var known = PostgresScores()
        known.remember([(key("known"), 7)])
        let effects = PostgresEffects(BatchEffects(of: entries, learning: testLearning), known: known, ids: testIDs)
        #expect(effects.answers.map(\.answer) == [.found([7]), .applied((0..<4).map { key("new\($0)") })])
    }
}
