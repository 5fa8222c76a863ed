import Bus
import TestSupport
import Testing

@testable import Storage

/// What every store deletes alike.
struct CleanupContractTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func with(
        _ kind: StoreKind,
        _ records: [JournalRecord] = [],
        _ body: (any Store, StoredWork) async throws -> Void
    ) async throws {
        let durable = try await kind.open(records, in: folder)
        try await body(durable.store, try StoredWork(durable.store))
        try await durable.close()
    }

    @Test(arguments: StoreKind.allCases)
    func actionsGoOldestFirstInSlices(kind: StoreKind) async throws {
        let actions = (0..<5).map { sampleAction(at: Timestamp(milliseconds: testTime.milliseconds + Int64($0))) }
        try await with(kind, actions.map { .action($0) }) { (store: any Store, work: StoredWork) async throws in
            #expect(try await store.deleteRows(of: .actions, before: work.time(3), limit: 2) == 2)
            #expect(
                try await store.actions(matching: ActionFilter()).map(\.id) == actions.dropFirst(2).reversed().map(\.id)
            )
            #expect(try await store.deleteRows(of: .actions, before: work.time(3), limit: 2) == 1)
            #expect(try await store.deleteRows(of: .actions, before: work.time(3), limit: 2) == 0)
            #expect(try await store.actions(matching: ActionFilter()).map(\.id) == [actions[4].id, actions[3].id])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func messagesGoWhenTheyHaveExpired(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            _ = try await work.message(from: "a", to: "b", topic: "x.one", expiresAt: 10)
            _ = try await work.message(from: "a", to: nil, topic: "x.two", expiresAt: 20)
            let read = try await work.message(from: "a", to: nil, topic: "x.two", expiresAt: 30)
            try await work.markRead(read, by: "b")
            var figures = MessageFigures()
            figures.total = 3
            figures.expired = 1
            figures.unread = 2
            figures.topics = ["x.one": 1, "x.two": 2]
            #expect(try await store.messageFigures(now: work.time(15)) == figures)
            #expect(try await store.deleteRows(of: .messages, before: work.time(20), limit: 9) == 1)
            #expect(try await store.deleteRows(of: .messages, before: work.time(21), limit: 9) == 1)
            #expect(try await store.messageFigures(now: work.time(15)).topics == ["x.two": 1])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func messagesTakeTheirItemsAlong(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            let message = try await work.message(from: "a", to: "b", expiresAt: 10)
            try await work.change(
                """
                INSERT INTO inbox_items
                    (message_id, agent_id, state, priority, attempts, stored_at, expires_at, dead_at)
                VALUES ($1, 'b', 'dead', 0, 1, $2, $2, $2)
                """,
                .id(message),
                .time(testTime)
            )
            #expect(try await store.deadItems(of: nil, limit: 9, offset: 0).count == 1)
            #expect(try await store.deleteRows(of: .messages, before: work.time(11), limit: 9) == 1)
            #expect(try await store.deadItems(of: nil, limit: 9, offset: 0).isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func noMessagesAreNoFigures(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            #expect(try await store.messageFigures(now: testTime) == MessageFigures())
        }
    }

    @Test(arguments: StoreKind.allCases)
    func requestsTakeTheirTasksAlong(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            let project = try await work.project(path: "/p", name: nil)
            for (status, milliseconds) in [("active", Int64(1)), ("completed", 2), ("failed", 3), ("cancelled", 9)] {
                let request = try await work.request(project, session: "s", status: status, at: milliseconds)
                let task = try await work.task(request, name: "n", wave: 0)
                _ = try await work.subtask(task, "d", status: "running", agentID: "a")
            }
            #expect(try await store.deleteRows(of: .requests, before: work.time(5), limit: 2) == 2)
            #expect(try await store.deleteRows(of: .requests, before: work.time(5), limit: 2) == 1)
            #expect(try await store.openTasks(ofAgent: "a", session: "s", limit: 9).count == 1)
            #expect(try await store.counts().requests == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func sessionsAndRefusedRecordsGo(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            try await work.session("open", startedAt: 0)
            try await work.session("old", startedAt: 0, endedAt: 5)
            try await work.session("new", startedAt: 0, endedAt: 9)
            #expect(try await store.deleteRows(of: .sessions, before: work.time(9), limit: 9) == 1)
            #expect(try await store.activity(now: work.time(0)).activeSessions == 1)
            let body = kind == .sqlite ? "x''" : "''"
            for position in 1...3 {
                try await work.change(
                    "INSERT INTO rejected_records (journal_id, position, reason, body, created_at) VALUES ('j', $1, 'r', \(body), $2)",
                    .integer(position),
                    .time(work.time(Int64(position)))
                )
            }
            #expect(try await store.deleteRows(of: .rejectedRecords, before: work.time(3), limit: 1) == 1)
            #expect(try await store.deleteRows(of: .rejectedRecords, before: work.time(3), limit: 9) == 1)
            #expect(try await store.deleteRows(of: .rejectedRecords, before: work.time(3), limit: 9) == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func silentSessionsEndAtTheirLastSignOfLife(kind: StoreKind) async throws {
        func action(_ session: String, _ milliseconds: Int64) -> JournalRecord {
            .action(sampleAction(session: session, at: Timestamp(milliseconds: testTime.milliseconds + milliseconds)))
        }
        let records = [action("acted", 5), action("acted", 40), action("busy", 3), action("busy", 100)]
        try await with(kind, records) { (store: any Store, work: StoredWork) async throws in
            let project = try await work.project(path: "/p", name: nil)
            try await work.session("quiet", startedAt: 1)
            try await work.session("asked", startedAt: 2)
            _ = try await work.request(project, session: "asked", at: 60)
            try await work.session("asked lately", startedAt: 2)
            _ = try await work.request(project, session: "asked lately", at: 90)
            try await work.session("young", startedAt: 95)
            try await work.session("ended", startedAt: 1, endedAt: 2)
            var closed: [ClosedSession] = []
            while let slice = try await store.closeSessions(silentSince: work.time(90), limit: 2), !slice.isEmpty {
                #expect(slice.count <= 2)
                closed += slice
            }
            #expect(
                closed.sorted { $0.id < $1.id } == [
                    ClosedSession(id: "acted", endedAt: work.time(40)),
                    ClosedSession(id: "asked", endedAt: work.time(60)),
                    ClosedSession(id: "quiet", endedAt: work.time(1)),
                ]
            )
            #expect(try await store.activity(now: work.time(0)).activeSessions == 3)
        }
    }

    @Test func ofTwoServersOneCleans() async throws {
        let location = try await StoreKind.postgres.location()
        let durable = try await StoreKind.postgres.open([], in: folder, at: location)
        guard case .postgres(let options) = location else { return }
        try await withPostgres(options) { (other: PostgresConnection) async throws in
            try await other.execute("BEGIN")
            try await other.execute(PostgresStatements.tryLockCleaning)
            #expect(try await durable.store.deleteRows(of: .actions, before: testTime, limit: 9) == nil)
            #expect(try await durable.store.closeSessions(silentSince: testTime, limit: 9) == nil)
            try await other.execute("COMMIT")
            #expect(try await durable.store.deleteRows(of: .actions, before: testTime, limit: 9) == 0)
            #expect(try await durable.store.closeSessions(silentSince: testTime, limit: 9) == [])
        }
        try await durable.close()
    }
}
