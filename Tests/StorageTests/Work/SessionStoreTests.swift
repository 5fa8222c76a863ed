import Bus
import TestSupport
import Testing

@testable import Storage

extension WorkStoreTests {
    struct SessionStoreTests {
        @Test(arguments: StoreKind.allCases)
        func anIDIsGivenOnce(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let project = try await store.upsertProject(sampleProject())
                let session = SessionRecord(
                    id: "s é/1",
                    projectID: project.id,
                    startedAt: later(1),
                    endedAt: later(2),
                    toolsUsed: 3,
                    successes: 2,
                    errors: 1
                )
                let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<10 { group.addTask { try await store.insertSession(session) } }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(outcomes == 1)
                #expect(try await store.session("s é/1") == session)
                #expect(try await store.session("s") == nil)
                let lost = SessionRecord(id: "lost", projectID: absentID, startedAt: testTime)
                #expect(try await store.insertSession(lost) == false)
                #expect(try await store.session("lost") == nil)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func actionsCountInASessionThatWasMadeBefore(kind: StoreKind) async throws {
            let folder = try TemporaryFolder()
            let durable = try await kind.open([], in: folder)
            #expect(try await durable.store.insertSession(SessionRecord(id: "s", startedAt: testTime, toolsUsed: 5)))
            try await durable.append(.action(sampleAction(session: "s", project: "/p", exitCode: 1)))
            try await durable.flush(milliseconds: 150_000)
            let session = try #require(try await durable.store.session("s"))
            #expect(session.toolsUsed == 6)
            #expect(session.errors == 1)
            #expect(session.startedAt == testTime)
            #expect(try await durable.store.project(atPath: "/p")?.id == session.projectID)
            try await durable.close()
        }

        @Test(arguments: StoreKind.allCases)
        func listsAndTotalsHaveTheSameFilter(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let project = try await store.upsertProject(sampleProject())
                var all: [SessionRecord] = []
                for index in 0..<12 {
                    let session = SessionRecord(
                        id: "s\(index % 10)\(index / 10)",
                        projectID: index % 2 == 0 ? project.id : nil,
                        startedAt: later(Int64(index / 3)),
                        endedAt: index % 3 == 0 ? later(100) : nil
                    )
                    #expect(try await store.insertSession(session))
                    all.append(session)
                }
                for projectID in [project.id, nil] {
                    for activeOnly in [true, false] {
                        let expected = all.filter {
                            (projectID == nil || $0.projectID == projectID) && (!activeOnly || $0.endedAt == nil)
                        }
                        .sorted { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }
                        let filter = SessionFilter(projectID: projectID, activeOnly: activeOnly)
                        #expect(try await store.sessionCount(matching: filter) == expected.count)
                        var found: [SessionRecord] = []
                        var page = Page(limit: 2)
                        repeat {
                            let part = try await store.sessions(matching: filter, page)
                            found += part.rows
                            page.cursor = part.next
                        } while page.cursor != nil
                        #expect(found == expected)
                    }
                }
            }
        }

        @Test(arguments: StoreKind.allCases)
        func anEndCanBeTakenBack(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                var expected = SessionRecord(id: "s", startedAt: testTime)
                _ = try await store.insertSession(expected)
                let end = SessionChange(end: .at(later(5)), toolsUsed: 9, successes: 8, errors: 1)
                expected.endedAt = later(5)
                (expected.toolsUsed, expected.successes, expected.errors) = (9, 8, 1)
                #expect(try await store.changeSession("s", end) == expected)
                expected.errors = 2
                #expect(try await store.changeSession("s", SessionChange(errors: 2)) == expected)
                expected.endedAt = nil
                #expect(try await store.changeSession("s", SessionChange(end: .open)) == expected)
                #expect(try await store.changeSession("t", end) == nil)
                #expect(try await store.deleteSession("s"))
                #expect(try await store.deleteSession("s") == false)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func statisticsAreSums(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                #expect(try await store.sessionStatistics() == SessionStatistics())
                let project = try await store.upsertProject(sampleProject(name: "n"))
                for index in 0..<4 {
                    let session = SessionRecord(
                        id: "\(index)",
                        projectID: index == 0 ? nil : project.id,
                        startedAt: later(Int64(index)),
                        endedAt: index == 1 ? later(9) : nil,
                        toolsUsed: index,
                        successes: 1,
                        errors: index
                    )
                    _ = try await store.insertSession(session)
                }
                let found = try await store.sessionStatistics()
                #expect(
                    found
                        == SessionStatistics(
                            sessions: 4,
                            active: 3,
                            tools: 6,
                            successes: 4,
                            errors: 6,
                            toolsPerSession: 1.5,
                            oldest: testTime,
                            newest: later(3),
                            projects: [.init(name: "n", path: "/p", sessions: 3, tools: 6)]
                        )
                )
            }
        }
    }
}
