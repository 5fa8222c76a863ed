import Bus
import TestSupport
import Testing

@testable import Storage

/// What every store knows alike of an agent's work.
struct ContextContractTests {
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
    func openTasksAreThoseOfTheAgentAndSession(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            let project = try await work.project(path: "/p", name: "p")
            let here = try await work.task(try await work.request(project, session: "s"), name: "One", wave: 3)
            let there = try await work.task(try await work.request(project, session: "t"), name: "Two", wave: 0)
            var expected: [UUIDv7] = []
            for (status, milliseconds) in [
                ("running", Int64(5)), ("running", 6), ("blocked", 4), ("paused", 3), ("pending", 1), ("pending", 2),
            ] {
                expected.append(
                    try await work.subtask(here, "d", status: status, agentID: "a", at: milliseconds)
                )
            }
            _ = try await work.subtask(here, "d", status: "completed", agentID: "a")
            _ = try await work.subtask(here, "d", status: "running", agentID: "b")
            _ = try await work.subtask(there, "d", status: "running", agentID: "a")
            let typed = try await work.subtask(here, "of a type", status: "pending", agentType: "qa-testing")
            let found = try await store.openTasks(ofAgent: "a", session: "s", limit: 20)
            #expect(found.map(\.id) == expected)
            #expect(found.first?.taskName == "One")
            #expect(found.first?.waveNumber == 3)
            #expect(found.first?.blockedBy == [])
            #expect(
                try await store.openTasks(ofAgent: "a", session: "s", limit: 2).map(\.id) == Array(expected.prefix(2))
            )
            #expect(
                try await store.openTasks(ofAgent: "qa-testing", session: "s", limit: 9) == [
                    ContextTask(
                        id: typed,
                        description: "of a type",
                        status: "pending",
                        agentType: "qa-testing",
                        createdAt: testTime,
                        taskName: "One",
                        waveNumber: 3
                    )
                ]
            )
        }
    }

    @Test(arguments: StoreKind.allCases)
    func blockersOfATaskAreRead(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            let request = try await work.request(try await work.project(path: "/p", name: nil), session: "s")
            let task = try await work.task(request, name: "n", wave: 0)
            let first = try await work.subtask(task, "first", status: "running")
            let second = try await work.subtask(task, "second", status: "blocked", agentID: "a")
            if kind == .sqlite {
                try await work.change(
                    "UPDATE subtasks SET blocked_by = json_array($1) WHERE id = $2",
                    .id(first),
                    .id(second)
                )
            } else {
                try await work.change(
                    "UPDATE subtasks SET blocked_by = ARRAY[$1] WHERE id = $2",
                    .id(first),
                    .id(second)
                )
            }
            let found = try await store.openTasks(ofAgent: "a", session: "s", limit: 1)
            #expect(found.first?.blockedBy == [first.description])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func theActiveSessionIsThatOfTheNewestWork(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            let project = try await work.project(path: "/p", name: "p")
            func add(_ session: String, request: String = "active", subtask: String, at: Int64) async throws {
                let request = try await work.request(project, session: session, status: request, at: at)
                let task = try await work.task(request, name: "n", wave: 0)
                _ = try await work.subtask(task, "d", status: subtask, agentID: "a", agentType: "x", at: at)
            }
            #expect(try await store.activeSession(ofAgent: "a") == nil)
            try await add("old", subtask: "running", at: 1)
            try await add("newer", subtask: "pending", at: 2)
            try await add("done", request: "completed", subtask: "running", at: 3)
            try await add("finished", subtask: "completed", at: 4)
            #expect(try await store.activeSession(ofAgent: "a") == "newer")
            #expect(try await store.activeSession(ofAgent: "x") == "newer")
            #expect(try await store.activeSession(ofAgent: "b") == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func unreadMessagesAreThoseOfOthers(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            let direct = try await work.message(from: "b", to: "a", content: #"{"n":1}"#, at: 1)
            let broadcast = try await work.message(from: "b", to: nil, topic: "x.own", priority: 5, at: 2)
            _ = try await work.message(from: "a", to: nil, at: 3)
            _ = try await work.message(from: "b", to: "c", at: 3)
            _ = try await work.message(from: "b", to: "a", at: 3, expiresAt: 50)
            let read = try await work.message(from: "b", to: "a", at: 3)
            try await work.markRead(read, by: "a")
            let readByOther = try await work.message(from: "b", to: nil, at: 4)
            try await work.markRead(readByOther, by: "c")
            let found = try await store.unreadMessages(for: "a", now: work.time(100), limit: 20)
            #expect(found.map(\.id) == [broadcast, direct, readByOther])
            #expect(found.map(\.isBroadcast) == [true, false, true])
            #expect(found.first?.topic == "x.own")
            #expect(found.first?.priority == 5)
            let content = found[1].content.filter { $0 != " " }
            #expect(content == #"{"n":1}"#)
            #expect(try await store.unreadMessages(for: "a", now: work.time(100), limit: 1).map(\.id) == [broadcast])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func historyIsThatOfSubtasksAndOfTheSession(kind: StoreKind) async throws {
        let mine = testIDs.next(at: testTime)
        var actions = (0..<5).map {
            sampleAction(tool: "t\($0)", session: "s", at: Timestamp(milliseconds: testTime.milliseconds + Int64($0)))
        }
        actions[1].subtaskID = mine.description
        actions[1].sessionID = nil
        actions[1].filePaths = ["/a", "b c"]
        actions[1].durationMilliseconds = 7
        actions[1].exitCode = nil
        actions[2].subtaskID = "somebody else's"
        actions[3].sessionID = "t"
        try await with(kind, actions.map { .action($0) }) { (store: any Store, work: StoredWork) async throws in
            let request = try await work.request(try await work.project(path: "/p", name: nil), session: "s")
            let task = try await work.task(request, name: "n", wave: 0)
            try await work.change(
                """
                INSERT INTO subtasks (id, task_list_id, description, status, agent_id, created_at)
                VALUES ($1, $2, 'd', 'completed', 'a', $3)
                """,
                .id(mine),
                .id(task),
                .time(testTime)
            )
            let found = try await store.recentActions(ofAgent: "a", session: "s", limit: 10)
            #expect(found.map(\.toolName) == ["t4", "t1", "t0"])
            #expect(
                found[1]
                    == ContextAction(
                        id: actions[1].id,
                        toolName: "t1",
                        toolType: "builtin",
                        exitCode: nil,
                        durationMilliseconds: 7,
                        filePaths: ["/a", "b c"],
                        createdAt: actions[1].createdAt
                    )
            )
            #expect(
                try await store.recentActions(ofAgent: "a", session: "s", limit: 2).map(\.toolName) == ["t4", "t1"]
            )
            #expect(try await store.recentActions(ofAgent: "a", session: "none", limit: 2) == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func requestsProjectsAndCompactions(kind: StoreKind) async throws {
        try await with(kind) { (store: any Store, work: StoredWork) async throws in
            let project = try await work.project(path: "/p", name: nil)
            _ = try await work.request(project, session: "s", prompt: "first")
            let second = try await work.request(project, session: "s", prompt: "sec\0ond", at: 1)
            _ = try await work.request(project, session: "t", at: 2)
            let expected = ContextRequest(
                id: second,
                sessionID: "s",
                projectID: project,
                status: "active",
                createdAt: work.time(1),
                prompt: "sec\0ond"
            )
            #expect(try await store.latestRequest(ofSession: "s") == expected)
            #expect(try await store.latestRequest(ofSession: "u") == nil)
            #expect(try await store.contextProject(project) == ContextProject(id: project, name: nil, path: "/p"))
            #expect(try await store.contextProject(second) == nil)

            #expect(try await metadata(of: "u", in: store) == nil)
            #expect(try await metadata(of: "s", in: store) == "{}")
            #expect(try await store.mergeMetadata(Array(#"{"a":"1","b":"x"}"#.utf8), intoRequestsOf: "s") == 2)
            #expect(try await store.mergeMetadata(Array(#"{"b":"y"}"#.utf8), intoRequestsOf: "s") == 2)
            #expect(try await store.mergeMetadata(Array(#"{"b":"z"}"#.utf8), intoRequestsOf: "u") == 0)
            #expect(try await metadata(of: "s", in: store) == #"{"a":"1","b":"y"}"#)
            #expect(try await metadata(of: "t", in: store) == "{}")
        }
    }

    private func metadata(of session: String, in store: any Store) async throws -> String? {
        let metadata = try await store.latestMetadata(ofSession: session)
        return metadata.map { String(decoding: $0.filter { $0 != UInt8(ascii: " ") }, as: UTF8.self) }
    }
}
