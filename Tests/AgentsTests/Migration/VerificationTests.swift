import Bus
import Storage
import Testing

@testable import Agents

struct VerificationTests {
    private func action(_ row: Int64, _ change: (inout ImportedAction) -> Void = { _ in }) -> ImportedAction {
        var action = ImportedAction(
            record: ActionRecord(
                id: UUIDv7(high: UInt64(row) << 16 | 0x8000, low: 1),
                toolName: "Bash",
                toolType: "builtin",
                filePaths: ["/a"],
                createdAt: Timestamp(milliseconds: row)
            ),
            note: ImportNote(row: row)
        )
        change(&action)
        return action
    }

    @Test func theOrderOfRowsAndTheRunDoNotMatter() {
        var expected = ActionSums()
        // As pages come, which don't end where a sum does.
        for start in stride(from: 0, to: 30_000, by: 7000) {
            let page = (start..<min(start + 7000, 30_000)).filter { $0 % 7 == 0 }
            expected.add(ActionSums(page.map { action(Int64($0)) }))
        }
        var found = ActionSums()
        for row in (0..<30_000).reversed() where row % 7 == 0 {
            found.add(action(Int64(row)) { $0.note.run = 3 })
        }
        #expect(expected.differing(from: found).isEmpty)
        #expect(expected.differing(from: ActionSums()) == [0, 1, 2])
    }

    /// Each value counts.
    @Test(arguments: 0..<13)
    func aChangedValueIsFound(index: Int) {
        let changes: [(inout ImportedAction) -> Void] = [
            { $0.record.toolName = "Bosh" }, { $0.record.toolType = "mcp" }, { $0.record.sessionID = "" },
            { $0.record.projectPath = "/" }, { $0.record.filePaths = [] }, { $0.record.filePaths = ["/a", ""] },
            { $0.record.exitCode = 0 }, { $0.record.durationMilliseconds = 0 },
            { $0.record.createdAt = Timestamp(milliseconds: 1) }, { $0.note.repaired = ["exit_code"] },
            { $0.note.original = ["exit_code": "x"] }, { $0.record.input = "x" }, { $0.record.output = "x" },
        ]
        let expected = ActionSums([action(20_005)])
        #expect(expected.differing(from: ActionSums([action(20_005, changes[index])])) == [2])
        var differences = Differences()
        differences.expect(action(20_005))
        differences.find(action(20_005, changes[index]))
        #expect((differences.changed, differences.missing, differences.extra) == (1, 0, 0))
    }

    @Test func rowsThatAreMissingOrTooManyAreFound() {
        #expect(ActionSums([action(1)]).differing(from: ActionSums([action(10_001)])) == [0, 1])
        var differences = Differences()
        differences.expect(action(1))
        differences.find(action(10_001))
        #expect((differences.changed, differences.missing, differences.extra) == (0, 1, 1))
    }
}
