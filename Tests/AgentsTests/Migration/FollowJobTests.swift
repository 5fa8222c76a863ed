import Bus
import Foundation
import TestSupport
import Testing

@testable import Agents
@testable import Storage

/// Calls that come by both ways, in any order and at any time.
struct FollowJobTests {
    private let folder: TemporaryFolder
    private let old: SQLiteConnection
    private var path: String { "\(folder.path)/routing.db" }
    private let ids = UUIDGenerator()
    /// A minute ago: everything is old enough to be looked at, without waiting.
    private let start = Timestamp(milliseconds: (Timestamp.now().milliseconds / 1000 - 60) * 1000)

    init() throws {
        folder = try TemporaryFolder()
        old = try SQLiteConnection(path: "\(folder.path)/routing.db", name: "old", access: .writing)
        try FollowJobTests.execute(
            "CREATE TABLE tool_usage (id INTEGER PRIMARY KEY, session_id TEXT, tool_name TEXT, exit_code, created_at)",
            old
        )
    }

    private static func execute(_ sql: String, _ database: SQLiteConnection) throws {
        try database.access { try SQLiteStatement($0, sql).run() }
    }

    /// A row of the old hook, some milliseconds after `start`.
    private func row(_ offset: Int64, session: String = "s") throws {
        let time = start.milliseconds + offset
        try FollowJobTests.execute(
            "INSERT INTO tool_usage (session_id, tool_name, exit_code, created_at) VALUES ('\(session)', 'Bash', 0, \(time))",
            old
        )
    }

    /// A call that was recorded at such a time, in the store.
    private func live(_ offset: Int64, session: String = "s", _ durable: DurableStore) async throws {
        let time = Timestamp(milliseconds: start.milliseconds + offset)
        let action = ActionRecord(
            id: ids.next(at: time),
            toolName: "Bash",
            toolType: "builtin",
            exitCode: 0,
            sessionID: session,
            createdAt: time
        )
        _ = try await durable.append(.action(action))
        try await durable.flush()
    }

    private func withStore(_ body: (DurableStore) async throws -> Void) async throws {
        let durable = try await DurableStore.open(folder: "\(folder.path)/data", learning: .rules, patience: 30)
        try await body(durable)
        try await durable.close()
    }

    /// Follows until nothing is left, as a job that was begun before all of it.
    private func follow(_ durable: DurableStore) async throws -> FollowCheckpoint {
        let begun = Timestamp(milliseconds: start.milliseconds - 30_000)
        let record = JobRecord(
            id: ids.next(at: .now()),
            kind: "migration.follow",
            owner: "me",
            arguments: "{}",
            at: begun
        )
        try await durable.jobs.save(record)
        let room = MigrationRoom(
            folder: folder.path,
            journal: durable,
            jobs: durable.jobs,
            store: durable.imports,
            takePicture: { _, _ throws(AgentsError) in throw AgentsError(.internalFailure, "not here") },
            activity: { 0 },
            scoresChanged: {}
        )
        let arguments = try JobArguments(Array(#"{"from":"\#(path)","once":true,"lag":0}"#.utf8))
        let events = JobEvents(publisher: PublisherProbe(), retained: { [] })
        let context = JobContext(record, events: events, figures: JobFigures([]), now: Timestamp.now)
        let report = try await FollowJob(room: room, arguments).run(context)
        return try #require(FollowCheckpoint(report))
    }

    /// Stored actions, and what the session's counter says.
    private func counts(_ durable: DurableStore, session: String = "s") async throws -> [Int] {
        let counter = try await durable.store.session(session)?.toolsUsed
        return [try await durable.store.counts().actions, counter ?? 0]
    }

    @Test func theRecordedHalfMayComeFirst() async throws {
        try await withStore { (durable: DurableStore) async throws in
            try await live(500, durable)
            let first = try await follow(durable)
            #expect(first.liveOnly == 1 && first.actions.matched == 0)
            try row(0)
            let second = try await follow(durable)
            #expect(second.actions.matched == 1 && second.late == 0 && second.oldOnly == 0 && second.liveOnly == 0)
            #expect(try await counts(durable) == [1, 1])
        }
    }

    @Test func theRecordedHalfMayComeLongAfterTheRowWasStored() async throws {
        try await withStore { (durable: DurableStore) async throws in
            try row(0)
            let first = try await follow(durable)
            #expect(first.oldOnly == 1 && first.liveOnly == 0)
            #expect(try await counts(durable) == [1, 1])
            try await live(1500, durable)
            #expect(try await counts(durable) == [2, 2])
            let second = try await follow(durable)
            #expect(second.actions.matched == 1 && second.late == 1 && second.oldOnly == 0 && second.liveOnly == 0)
            #expect(try await counts(durable) == [1, 1])
            // Once and for all.
            let third = try await follow(durable)
            #expect(third.actions.matched == 0 && third.late == 0)
            #expect(try await counts(durable) == [1, 1])
            let known = try await durable.imports.unmatchedActions(from: start, through: .now())
            #expect(known.isEmpty)
        }
    }

    @Test func eachCallTakesOneRowBack() async throws {
        try await withStore { (durable: DurableStore) async throws in
            for offset in [0, 0, 1000] { try row(Int64(offset)) }
            try row(0, session: "other")
            #expect(try await follow(durable).oldOnly == 4)
            try await live(200, durable)
            try await live(1100, durable)
            let second = try await follow(durable)
            #expect(second.late == 2 && second.liveOnly == 0)
            #expect(try await counts(durable) == [4, 3])
            #expect(try await durable.imports.importedActions(after: nil, limit: 9).count == 2)
        }
    }

    /// The row before gets the call that came late, and not the next row, whose own call is there as well.
    @Test func aRowThatWaitsComesBeforeTheNextOne() async throws {
        try await withStore { (durable: DurableStore) async throws in
            try row(0)
            _ = try await follow(durable)
            try await live(100, durable)
            try await live(2400, durable)
            try row(2050)
            let second = try await follow(durable)
            #expect(second.actions.matched == 2 && second.late == 1 && second.oldOnly == 0)
            #expect(try await counts(durable) == [2, 2])
        }
    }

    @Test func whatIsOlderThanTheLookBackStays() async throws {
        try await withStore { (durable: DurableStore) async throws in
            let twoHours: Int64 = -7_200_000
            try row(twoHours)
            try row(-3_000_000)
            #expect(try await follow(durable).oldOnly == 2)
            try await live(twoHours, durable)
            try await live(-3_000_000, durable)
            let second = try await follow(durable)
            #expect(second.late == 1)
            #expect(try await counts(durable) == [3, 3])
        }
    }

    @Test func callsOfThisServerOnlyAreCountedAsTheyStandNow() {
        var checkpoint = FollowCheckpoint(run: 1, at: SourcePosition(), from: 100)
        func times(_ milliseconds: [Int64]) -> [Timestamp] { milliseconds.map { Timestamp(milliseconds: $0) } }
        checkpoint.settle(times([50, 150, 900]), firm: 0, through: 1000)
        #expect(checkpoint.liveOnly == 2 && checkpoint.settledThrough == 1000)
        // One of them was matched, another one came late.
        checkpoint.settle(times([150, 800, 950]), firm: 500, through: 1500)
        #expect(checkpoint.liveOnly == 3)
        checkpoint.settle(times([800, 1600]), firm: 1200, through: 2200)
        #expect(checkpoint.liveOnly == 3 && checkpoint.settledThrough == 2200)
        checkpoint.settle(times([]), firm: 1700, through: 2700)
        #expect(checkpoint.liveOnly == 2)
    }
}
