import Bus
import TestSupport
import Testing

@testable import Storage

/// What every store does with what comes from another database.
struct ImportStoreTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func with(_ kind: StoreKind, _ body: (DurableStore, any ImportStore) async throws -> Void) async throws {
        let durable = try await kind.open([], in: folder)
        try await body(durable, durable.imports)
        try await durable.close()
    }

    private func begin(_ store: DurableStore, source: String = "a", merge: ScoreMerge = .sum) async throws -> ImportRun
    {
        let job = JobRecord(
            id: testIDs.next(at: testTime),
            kind: "migration",
            owner: "me",
            arguments: "{}",
            at: testTime
        )
        try await store.jobs.save(job)
        return try await store.imports.beginRun(ofJob: job.id, source: source, merge: merge, at: testTime)
    }

    private func action(_ row: Int64, run: Int, session: String? = "s", project: String? = "/p") -> ImportedAction {
        var record = sampleAction(
            tool: "Bash",
            session: session,
            project: project,
            at: Timestamp(milliseconds: testTime.milliseconds - 1_000_000 + row)
        )
        record.id = UUIDv7(high: record.id.high & ~0xF000 | 0x8000, low: record.id.low)
        record.filePaths = ["/a", "é"]
        var note = ImportNote(row: row)
        note.run = run
        note.repaired = ["exit_code"]
        return ImportedAction(record: record, note: note)
    }

    private func chunk(_ run: ImportRun, _ actions: [ImportedAction], _ text: String = "{}") -> ImportChunk {
        var chunk = ImportChunk(
            run: run.number,
            mayRepeat: false,
            checkpoint: JobCheckpoint(jobID: run.jobID, text: text, time: testTime)
        )
        chunk.actions = actions
        return chunk
    }

    @Test(arguments: StoreKind.allCases)
    func rowsComeWithTheirCheckpointAndOnce(kind: StoreKind) async throws {
        try await with(kind) { (durable: DurableStore, store: any ImportStore) async throws in
            let run = try await begin(durable)
            let rows = (1...5).map { action($0, run: run.number) }
            #expect(try await store.write(chunk(run, rows, #"{"a":1}"#)) == 5)
            #expect(try await durable.jobs.job(run.jobID)?.checkpoint == #"{"a":1}"#)
            #expect(try await store.importedActions(after: nil, limit: 10).actions == rows)
            let page = try await store.importedActions(after: rows[2].record.id, limit: 1)
            #expect(page.actions == [rows[3]] && page.last == rows[3].record.id && page.count == 1)
            #expect(try await store.importedActions(after: rows[4].record.id, limit: 1).last == nil)
            let again = rows + [action(6, run: run.number)]
            #expect(try await store.write(chunk(run, again)) == 1)
            var careful = chunk(run, again)
            careful.mayRepeat = true
            #expect(try await store.write(careful) == 0)
            #expect(try await store.importedIDs(among: rows.map(\.record.id) + [testIDs.next(at: testTime)]).count == 5)
            #expect(try await durable.store.counts().actions == 6)
            #expect(try await store.runs() == [run])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aRunLeavesNothingBehind(kind: StoreKind) async throws {
        try await with(kind) { (durable: DurableStore, store: any ImportStore) async throws in
            try await durable.append(.action(sampleAction(session: "live", project: "/live")))
            try await durable.flush()
            let run = try await begin(durable)
            let rows = [
                action(1, run: run.number), action(2, run: run.number, session: "live", project: "/live"),
                action(3, run: run.number, session: nil, project: "/other"),
            ]
            #expect(try await store.write(chunk(run, rows)) == 3)
            try await store.settleSessions(run: run.number, before: testTime)
            #expect(try await durable.store.counts().projects == 3)
            #expect(try await durable.store.activity(now: testTime).activeSessions == 1)
            try await durable.append(.action(sampleAction(session: "s", project: "/p")))
            try await durable.flush()
            #expect(try await store.removeActions(rows.map(\.record.id)) == 3)
            try await store.removeRun(run.number)
            let counts = try await durable.store.counts()
            // `/p` is used by what came later, `/other` by nothing.
            #expect(counts.projects == 2 && counts.actions == 2)
            #expect(try await durable.store.activity(now: testTime).activeSessions == 2)
            #expect(try await store.runs().isEmpty)
            #expect(try await begin(durable).number > run.number)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func recordedCallsAreFoundUntilTheyMatch(kind: StoreKind) async throws {
        try await with(kind) { (durable: DurableStore, store: any ImportStore) async throws in
            let live = (0..<4).map { index in
                sampleAction(
                    session: index == 0 ? nil : "s",
                    at: Timestamp(milliseconds: testTime.milliseconds + index)
                )
            }
            for action in live { try await durable.append(.action(action)) }
            try await durable.flush()
            let run = try await begin(durable)
            let matched = action(9, run: run.number)
            var chunk = chunk(run, [action(1_000_002, run: run.number)])
            chunk.matches = [ImportMatch(importedID: matched.record.id, liveID: live[1].id)]
            #expect(try await store.write(chunk) == 1)
            let found = try await store.unmatchedActions(from: testTime, through: live[2].createdAt)
            #expect(found.map(\.id) == [live[0].id, live[2].id])
            #expect(found.map(\.sessionID) == [nil, "s"])
            #expect(try await store.matchedIDs(among: [matched.record.id, live[0].id]) == [matched.record.id])
            try await store.removeRun(run.number)
            #expect(try await store.unmatchedActions(from: testTime, through: live[2].createdAt).count == 3)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func rowsThatAreRecordedCallsAfterAllGoAgain(kind: StoreKind) async throws {
        try await with(kind) { (durable: DurableStore, store: any ImportStore) async throws in
            let runs = [try await begin(durable), try await begin(durable)]
            var rows = (1...4).map { action($0, run: runs[$0 < 4 ? 0 : 1].number) }
            rows[1].record.exitCode = 1
            #expect(try await store.write(chunk(runs[0], Array(rows[..<3]))) == 3)
            #expect(try await store.write(chunk(runs[1], Array(rows[3...]))) == 1)
            let start = rows[1].record.createdAt
            let found = try await store.importedActions(from: start, through: rows[3].record.createdAt)
            #expect(found == Array(rows[1...]))
            let live = sampleAction(tool: "Bash", session: "s", project: "/p", at: start)
            try await durable.append(.action(live))
            try await durable.flush()
            let session = { () async throws -> [Int]? in
                let found = try await durable.store.session("s")
                return found.map { [$0.toolsUsed, $0.successes, $0.errors] }
            }
            let before = try await session()
            let gone = [rows[1], rows[3]]
            let matches = [
                ImportMatch(importedID: rows[1].record.id, liveID: live.id),
                ImportMatch(importedID: rows[3].record.id, liveID: testIDs.next(at: testTime)),
            ]
            // Somebody has deleted one of them meanwhile, and its session keeps what was counted for it.
            #expect(try await store.removeActions([rows[3].record.id]) == 1)
            let checkpoint = JobCheckpoint(jobID: runs[0].jobID, text: #"{"w":1}"#, time: testTime)
            try await store.withdraw(ImportWithdrawal(actions: gone, matches: matches, checkpoint: checkpoint))
            #expect(try await durable.jobs.job(runs[0].jobID)?.checkpoint == #"{"w":1}"#)
            #expect(try await store.importedActions(after: nil, limit: 9).actions == [rows[0], rows[2]])
            #expect(try await store.matchedIDs(among: rows.map(\.record.id)) == Set(gone.map(\.record.id)))
            let after = try await session()
            #expect(after.map { [$0[0] + 1, $0[1], $0[2] + 1] } == before)
            // What is left of the run is taken back whole.
            #expect(try await store.removeActions(rows.map(\.record.id)) == 2)
            try await store.removeRun(runs[0].number)
            #expect(try await store.matchedIDs(among: rows.map(\.record.id)) == [rows[3].record.id])
            try await store.removeRun(runs[1].number)
            #expect(try await session() == [1, 1, 0])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func daysAreCountedByTool(kind: StoreKind) async throws {
        try await with(kind) { (durable: DurableStore, store: any ImportStore) async throws in
            let day: Int64 = 86_400_000
            let start = Timestamp(milliseconds: testTime.milliseconds / day * day)
            for offset in [0, day - 1, day] {
                let time = Timestamp(milliseconds: start.milliseconds + offset)
                try await durable.append(.action(sampleAction(tool: offset == 0 ? "Read" : "Bash", at: time)))
            }
            try await durable.flush()
            let run = try await begin(durable)
            _ = try await store.write(chunk(run, [action(1, run: run.number)]))
            let found = try await store.dailyActions(from: start, through: Timestamp(milliseconds: .max))
            #expect(
                found == [
                    DailyActions(day: start, toolName: "Bash", recorded: 1, imported: 1),
                    DailyActions(day: start, toolName: "Read", recorded: 1, imported: 0),
                    DailyActions(
                        day: Timestamp(milliseconds: start.milliseconds + day),
                        toolName: "Bash",
                        recorded: 1,
                        imported: 0
                    ),
                ]
            )
        }
    }
}
