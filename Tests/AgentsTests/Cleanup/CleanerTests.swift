import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

/// Counts what is asked of it.
private final class CleanupProbe: CleanupStore {
    struct Contents {
        /// Rows that are old, by table.
        var rows: [CleanableTable: Int] = [:]
        var silent: [ClosedSession] = []
        var isTaken = false
        var failure: StorageError?
        var requests: [String] = []
    }

    let contents = Lock(Contents())

    func deleteRows(of table: CleanableTable, before time: Timestamp, limit: Int) async throws(StorageError) -> Int? {
        try contents.withLock { (contents) throws(StorageError) in
            if let failure = contents.failure { throw failure }
            contents.requests.append("\(table.rawValue) \(time.milliseconds / 1000)")
            if contents.isTaken { return nil }
            let count = min(limit, contents.rows[table] ?? 0)
            contents.rows[table, default: 0] -= count
            return count
        }
    }

    func closeSessions(silentSince time: Timestamp, limit: Int) async throws(StorageError) -> [ClosedSession]? {
        contents.withLock { contents in
            contents.requests.append("silent \(time.milliseconds / 1000)")
            let closed = Array(contents.silent.prefix(limit))
            contents.silent.removeFirst(closed.count)
            return closed
        }
    }

    func messageFigures(now: Timestamp) async throws(StorageError) -> MessageFigures { MessageFigures() }
}

struct CleanerTests {
    private let store = CleanupProbe()
    private let publisher = PublisherProbe()
    private let clock = TestClock()
    /// A million seconds after 1970 when the test begins.
    private var now: @Sendable () -> Timestamp {
        { [clock] in
            Timestamp(milliseconds: 1_000_000_000 + Int64(clock.now.offset / .milliseconds(1)))
        }
    }

    private func cleaner(_ retention: Retention) -> Cleaner<TestClock> {
        Cleaner(store: store, publisher: publisher, retention: retention, clock: clock, now: now)
    }

    @Test func nothingButMessagesAndSilentSessionsGoesByItself() async {
        await cleaner(Retention()).round()
        #expect(store.contents.withLock { $0.requests } == ["messages 913600", "silent 913600"])
    }

    @Test func whatWasAskedForGoesToo() async throws {
        var retention = Retention(silence: nil)
        try retention.add("actions=10m")
        try retention.add("messages=1h")
        await cleaner(retention).round()
        #expect(store.contents.withLock { $0.requests } == ["messages 996400", "actions 999400"])
    }

    @Test func itGoesByMinutesAndPausesBetweenSlices() async throws {
        store.contents.withLock { $0.rows[.messages] = Cleaner<TestClock>.slice + 1 }
        let cleaner = cleaner(Retention(silence: nil))
        let task = Task { await cleaner.run() }
        #expect(await clock.sleeping() == [.milliseconds(50)])
        #expect(cleaner.figures.deleted[.messages] == Cleaner<TestClock>.slice)
        #expect(cleaner.figures.last == nil)
        clock.advance(by: .milliseconds(50))
        #expect(await clock.sleeping() == [.seconds(60)])
        let first = Cleaner<TestClock>.Figures.Round(
            deletedMessages: Cleaner<TestClock>.slice + 1,
            endedAt: now(),
            milliseconds: 50
        )
        #expect(cleaner.figures.last == first)
        store.contents.withLock { $0.rows[.messages] = 3 }
        clock.advance(by: .seconds(60))
        #expect(await clock.sleeping() == [.seconds(60)])
        #expect(cleaner.figures.last?.deletedMessages == 3)
        #expect(cleaner.figures.rounds == 2)
        task.cancel()
        await task.value
    }

    @Test func aRoundHasAnEnd() async {
        let most = Cleaner<TestClock>.slice * Cleaner<TestClock>.slices
        store.contents.withLock { $0.rows[.messages] = most + 1 }
        let cleaner = cleaner(Retention(silence: nil))
        let task = Task { await cleaner.run() }
        for _ in 0..<Cleaner<TestClock>.slices {
            #expect(await clock.sleeping() == [.milliseconds(50)])
            clock.advance(by: .milliseconds(50))
        }
        #expect(await clock.sleeping() == [.seconds(60)])
        #expect(cleaner.figures.last?.deletedMessages == most)
        task.cancel()
        await task.value
    }

    @Test func closedSessionsAreAnnounced() async {
        store.contents.withLock { $0.silent = ["s", "t"].map { ClosedSession(id: $0, endedAt: now()) } }
        let cleaner = cleaner(Retention())
        await cleaner.round()
        #expect(publisher.lines == [#"global session.ended {"id":"s"}"#, #"global session.ended {"id":"t"}"#])
        #expect(cleaner.figures.closedSessions == 2)
    }

    /// A context of a job that is in the store, with what it did before.
    private func context(_ jobs: JobStoreProbe, checkpoint: String? = nil) async throws -> JobContext {
        var record = JobRecord(
            id: UUIDv7(high: 0x7000, low: 1 << 63),
            kind: "cleanup",
            owner: "me",
            arguments: "{}",
            at: now()
        )
        try await jobs.save(record)
        record.checkpoint = checkpoint
        let events = JobEvents(publisher: publisher, retained: { [] })
        return JobContext(record, events: events, figures: JobFigures(["cleanup"]), now: now)
    }

    @Test func aJobCleansToTheLastRow() async throws {
        let slice = Cleaner<TestClock>.slice
        store.contents.withLock { contents in
            contents.rows[.messages] = slice + 7
            contents.silent = [ClosedSession(id: "s", endedAt: now())]
        }
        let jobs = JobStoreProbe()
        let context = try await context(jobs, checkpoint: #"{"closedSessions":0,"deleted":{"messages":5}}"#)
        let work = CleanupJob(cleaner: cleaner(Retention()), jobs: jobs)
        let task = Task { try await work.run(context) }
        #expect(await clock.sleeping() == [.milliseconds(50)])
        #expect(jobs.contents.value.jobs[context.id]?.checkpoint == context.checkpoint)
        clock.advance(by: .milliseconds(50))
        #expect(try await task.value == #"{"closedSessions":1,"deleted":{"messages":\#(slice + 12)}}"#)
    }

    @Test func aJobWaitsForAnotherServersCleanUp() async throws {
        store.contents.withLock { $0.isTaken = true }
        let jobs = JobStoreProbe()
        let context = try await context(jobs)
        let error = await #expect(throws: AgentsError.self) {
            try await CleanupJob(cleaner: cleaner(Retention()), jobs: jobs).run(context)
        }
        #expect(error?.code == .unavailable)
    }

    @Test func whatAnotherServerCleansIsLeftToIt() async {
        store.contents.withLock { $0.isTaken = true }
        let cleaner = cleaner(Retention())
        await cleaner.round()
        #expect(store.contents.withLock { $0.requests.count } == 1)
        #expect(cleaner.figures.leftToOthers == 1)
        #expect(cleaner.figures.last == nil)
    }

    @Test func aStoreThatIsAwayIsTriedAgain() async {
        store.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        let cleaner = cleaner(Retention())
        await cleaner.round()
        #expect(cleaner.figures.failures == 1)
        store.contents.withLock { $0.failure = nil }
        await cleaner.round()
        #expect(cleaner.figures.rounds == 1)
    }

    @Test(arguments: [
        "", "actions", "actions=", "actions=90", "actions=0d", "actions=-1d", "actions=1y", "users=1d", "actions=1.5d",
        "actions=36501d", "=1d",
    ])
    func otherRetentionsAreRefused(text: String) {
        var retention = Retention()
        #expect(throws: AgentsError.self) { try retention.add(text) }
        #expect(retention == Retention())
    }

    @Test func periodsHaveUnits() throws {
        #expect(try Retention.period("30m") == .seconds(1800))
        #expect(try Retention.period("12h") == .seconds(43_200))
        #expect(try Retention.period("90d") == .seconds(7_776_000))
    }
}
