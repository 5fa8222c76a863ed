import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

struct ActionImportTests {
    private let folder: TemporaryFolder
    private let time = Timestamp(milliseconds: 1_751_364_000_000)
    private let ids = UUIDGenerator()

    init() throws { folder = try TemporaryFolder() }

    /// A page of old rows, all of them the same call but for their number.
    private func page(_ rows: ClosedRange<Int64>) throws -> OldActionChunk {
        let columns = ["tool_name", "created_at"].map { OldDatabase.Column(name: $0, type: "", isRowID: false) }
        let rows = rows.map { OldRow(rowID: $0, values: [.text(Array("Bash".utf8)), .integer(time.milliseconds)]) }
        return try #require(OldActionChunk(rows, reader: OldActions(source: "s", columns: columns), run: 1))
    }

    /// A page is looked at before the one in front of it is in the store: what that one matches is taken.
    @Test func aRecordedCallMatchesOneRowAlsoWhileThatIsOnItsWay() async throws {
        let durable = try await DurableStore.open(folder: folder.path, learning: .rules)
        var live: [ActionRecord] = []
        for offset in [0, 100] {
            let at = Timestamp(milliseconds: time.milliseconds + Int64(offset))
            live.append(ActionRecord(id: ids.next(at: at), toolName: "Bash", toolType: "builtin", createdAt: at))
        }
        for action in live { try await durable.append(.action(action)) }
        try await durable.flush()
        let job = JobRecord(id: ids.next(at: time), kind: "migration", owner: "me", arguments: "{}", at: time)
        try await durable.jobs.save(job)
        let run = try await durable.imports.beginRun(ofJob: job.id, source: "s", merge: .sum, at: time)
        let target = ActionImport(store: durable.imports, run: run, mayRepeat: false)
        let first = try await target.prepare(page(1...1))
        #expect(first.matches.map(\.liveID) == [live[0].id] && first.actions.isEmpty && first.matched == 1)
        let second = try await target.prepare(page(2...3), besides: first.matches)
        #expect(second.matches.map(\.liveID) == [live[1].id] && second.actions.count == 1)
        for prepared in [first, second] {
            try await target.write(prepared, checkpoint: JobCheckpoint(jobID: job.id, text: "{}", time: time))
        }
        #expect(try await target.prepare(page(4...4)).matches.isEmpty)
        #expect(try await durable.store.counts().actions == 3)
        try await durable.close()
    }
}
