import Bus
import Storage
import Testing

@testable import Agents

private func text(_ string: String) -> OldValue { .text(Array(string.utf8)) }

struct OldScoresTests {
    private static let names = [
        "keyword", "tool_name", "tool_type", "score", "usage_count", "success_count", "last_used",
    ]
    private let reader = OldScores(columns: names.map { OldDatabase.Column(name: $0, type: "", isRowID: false) })

    private func convert(_ changes: [String: OldValue] = [:]) -> Converted<OldScores.Reading> {
        let good: [String: OldValue] = [
            "keyword": text("build"), "tool_name": text("Bash"), "tool_type": text("builtin"), "score": .real(2.5),
            "usage_count": .integer(9), "success_count": .integer(8), "last_used": text("2025-07-01 10:00:00"),
        ]
        return reader.convert(OldRow(rowID: 1, values: OldScoresTests.names.map { changes[$0] ?? good[$0] ?? .null }))
    }

    private func expected(_ keyword: String = "build", score: Double = 2.5, uses: Int = 9, successes: Int = 8)
        -> ImportedScore
    {
        ImportedScore(
            key: ScoreKey(keyword: keyword, toolName: "Bash", toolType: "builtin"),
            row: ScoreRow(
                score: Score(score),
                usageCount: uses,
                successCount: successes,
                lastUsed: Timestamp(milliseconds: 1_751_364_000_000)
            )
        )
    }

    @Test func valuesAreTakenOverOrChangedByRule() {
        #expect(convert() == .row(OldScores.Reading(score: expected(), repaired: [])))
        #expect(
            convert(["keyword": text(" BUILD ")]) == .row(OldScores.Reading(score: expected(), repaired: ["keyword"]))
        )
        #expect(
            convert(["score": .integer(9)]) == .row(OldScores.Reading(score: expected(score: 5), repaired: ["score"]))
        )
        #expect(
            convert(["score": text("0.01")])
                == .row(OldScores.Reading(score: expected(score: 0.1), repaired: ["score"]))
        )
        #expect(convert(["score": .null]) == .row(OldScores.Reading(score: expected(score: 1), repaired: [])))
        #expect(
            convert(["success_count": .integer(12)])
                == .row(OldScores.Reading(score: expected(successes: 9), repaired: ["success_count"]))
        )
        #expect(
            convert(["usage_count": .null, "success_count": .null])
                == .row(OldScores.Reading(score: expected(uses: 1, successes: 1), repaired: []))
        )
    }

    @Test(arguments: [
        ("keyword", OldValue.null), ("keyword", text(" ")), ("tool_name", .null), ("score", text("much")),
        ("usage_count", .integer(-1)), ("success_count", text("some")),
        ("keyword", text(String(repeating: "k", count: 513))),
    ])
    func aRowWithoutSenseIsRejected(column: String, value: OldValue) {
        guard case .rejected = convert([column: value]) else {
            Issue.record("\(column) \(value) was taken")
            return
        }
    }

    @Test func aTimeThatIsNoneIsNoReasonToLoseAScore() {
        guard case .row(let reading) = convert(["last_used": text("long ago")]) else {
            Issue.record("it was rejected")
            return
        }
        #expect(reading.repaired == ["last_used"] && reading.score.row.lastUsed.milliseconds == 0)
    }

    @Test func spellingsOfOneKeywordBecomeOneRow() {
        let table = OldScoreTable([
            expected("other"), expected(score: 2, uses: 3, successes: 1), expected("a"),
            expected(score: 4, uses: 5, successes: 5), expected("other"), expected(score: 1, uses: 1, successes: 0),
        ])
        #expect(table.joined == 3)
        #expect(
            table.rows == [
                expected("a"), expected(score: 4, uses: 9, successes: 6), expected("other", uses: 18, successes: 16),
            ]
        )
        #expect(OldScoreTable([]).rows.isEmpty && OldScoreTable([]).joined == 0)
    }
}
