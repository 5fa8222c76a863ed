import Bus
import Storage
import Testing

@testable import Agents

struct UnstoredRecordsTests {
    private func use(at position: Int, keywords: [String] = ["k"]) -> JournalEntry {
        var action = ActionRecord(
            id: UUIDGenerator().next(),
            toolName: "Bash",
            toolType: "builtin",
            exitCode: 1,
            createdAt: Timestamp(milliseconds: 7),
            keywords: keywords
        )
        action.input = "long"
        return JournalEntry(position: JournalPosition(Int64(position)), record: .action(action))
    }

    @Test func whatTheStoreHoldsIsLetGo() {
        var records = UnstoredRecords(after: JournalPosition(3))
        for position in 4...8 { records.append(use(at: position)) }
        // Nobody asks for an earlier moment than before; what is behind it isn't known any more.
        let taken = [5, 5, 20, 5].map { records.take(after: JournalPosition($0)).map { $0.map(\.position.value) } }
        #expect(taken == [[6, 7, 8], [6, 7, 8], [], nil])
    }

    @Test func onlyWhatScoresDependOnIsKept() throws {
        var records = UnstoredRecords(after: .start)
        records.append(use(at: 1, keywords: []))
        records.append(use(at: 2))
        let verdict = FeedbackRecord(
            toolName: "t",
            keywords: ["k"],
            chosen: true,
            createdAt: Timestamp(milliseconds: 1)
        )
        records.append(JournalEntry(position: JournalPosition(3), record: .feedback(verdict)))
        let taken = records.take(after: .start)
        let kept = try #require(taken)
        #expect(kept.map(\.position.value) == [2, 3])
        guard case .action(let action) = kept[0].record else { return #expect(Bool(false)) }
        #expect(action.input == nil)
        #expect((action.toolName, action.toolType, action.exitCode, action.keywords) == ("Bash", "builtin", 1, ["k"]))
        #expect(kept[1].record == .feedback(verdict))
    }

    @Test func beyondItsLimitItForgetsAndSaysSo() {
        var records = UnstoredRecords(after: .start)
        for position in 1...UnstoredRecords.limit + 2 { records.append(use(at: position)) }
        #expect(records.forgottenCount == UnstoredRecords.limit)
        let limit = Int64(UnstoredRecords.limit)
        let counts = [limit - 1, limit].map { records.take(after: JournalPosition($0))?.count }
        #expect(counts == [nil, 2])
    }
}
