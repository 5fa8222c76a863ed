import Bus
import Storage
import Testing

@testable import Agents

struct OldActionChunkTests {
    private let reader = OldActions(
        source: "s",
        columns: ["tool_name", "created_at"].map { OldDatabase.Column(name: $0, type: "", isRowID: false) }
    )

    /// Rows with these times, in seconds; nil for one that is rejected.
    private func rows(_ seconds: [Int64?]) -> [OldRow] {
        seconds.enumerated().map { index, seconds in
            let name = seconds == nil ? OldValue.null : .text(Array("Bash".utf8))
            return OldRow(rowID: Int64(index + 1), values: [name, seconds.map { .integer($0) } ?? .null])
        }
    }

    @Test func itKnowsWhereItEnds() throws {
        let chunk = try #require(OldActionChunk(rows([10, nil, 20]), reader: reader, run: 4))
        #expect(chunk.read == 3 && chunk.actions.count == 2 && chunk.rejected.map(\.row.rowID) == [2])
        #expect(chunk.lastRowID == 3 && chunk.lastTime.milliseconds == 20_000)
        #expect(chunk.lastID == chunk.actions.last?.record.id)
        #expect(chunk.actions.allSatisfy { $0.note.run == 4 })
        #expect(OldActionChunk(rows([10, nil]), reader: reader, run: 1)?.lastID == nil)
        #expect(OldActionChunk([], reader: reader, run: 1)?.read == nil)
    }

    @Test func itEndsBeforeARowThatIsTooYoung() throws {
        let chunk = try #require(OldActionChunk(rows([10, 20, 31, 15]), reader: reader, run: 1, until: 30_000))
        #expect(chunk.read == 2 && chunk.lastRowID == 2 && chunk.lastTime.milliseconds == 20_000)
        #expect(OldActionChunk(rows([31, 10]), reader: reader, run: 1, until: 30_000)?.read == nil)
    }

    @Test func theFarFutureIsNotWaitedFor() throws {
        let far: Int64 = 30 + 3600
        let chunk = try #require(OldActionChunk(rows([10, far, 20]), reader: reader, run: 1, until: 30_000))
        #expect(chunk.read == 3)
    }
}
