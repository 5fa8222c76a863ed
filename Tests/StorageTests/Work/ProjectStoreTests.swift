import Bus
import Foundation
import Testing

@testable import Storage

extension WorkStoreTests {
    struct ProjectStoreTests {
        private func object(_ json: [UInt8]) throws -> NSDictionary {
            try #require(try JSONSerialization.jsonObject(with: Data(json)) as? NSDictionary)
        }

        @Test(arguments: StoreKind.allCases)
        func thePathDecidesWhetherItIsNew(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let first = sampleProject("/p ␀ é", name: "P\"", metadata: #"{"a":{"x":1},"b":[1]}"#)
                let made = try await store.upsertProject(first)
                #expect(made.id == first.id)
                let second = sampleProject("/p ␀ é", metadata: #"{"a":{"y":2},"c":null}"#, at: 5)
                let changed = try await store.upsertProject(second)
                #expect(changed.id == first.id)
                #expect(changed.name == "P\"")
                #expect(changed.createdAt == first.createdAt)
                #expect(changed.updatedAt == later(5))
                // One level deep: objects are replaced.
                let expected = try object(Array(#"{"a":{"y":2},"b":[1],"c":null}"#.utf8))
                #expect(try object(changed.metadata) == expected)
                #expect(try await store.project(first.id) == changed)
                #expect(try await store.project(atPath: "/p ␀ é") == changed)
                #expect(try await store.project(atPath: "/p") == nil)
                #expect(try await store.project(absentID) == nil)
                #expect(try await store.upsertProject(sampleProject("/p ␀ é", name: "Q")).name == "Q")
                #expect(try await store.projectCount() == 1)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func aProjectThatActionsMadeIsTheSame(kind: StoreKind) async throws {
            try await withStore(kind, [.action(sampleAction(project: "/a/b"))]) { (store: any Store) async throws in
                let found = try #require(try await store.project(atPath: "/a/b"))
                #expect(found.name == "b")
                #expect(try await store.upsertProject(sampleProject("/a/b", name: "mine", at: 1)).id == found.id)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func pagesGoOnWhereTheLastOneEnded(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                var expected: [UUIDv7] = []
                for index in 0..<23 {
                    // Several have the same time: then the id decides.
                    expected.append(try await store.upsertProject(sampleProject("/\(index)", at: Int64(index / 4))).id)
                }
                expected.reverse()
                var found: [UUIDv7] = []
                var page = Page(limit: 5)
                repeat {
                    let part = try await store.projects(page)
                    found += part.rows.map(\.id)
                    page.cursor = part.next
                } while page.cursor != nil
                #expect(found == expected)
                let byOffset = try await store.projects(Page(limit: 5, offset: 20))
                #expect(byOffset.rows.map(\.id) == Array(expected[20...]))
                #expect(byOffset.next == nil)
                #expect(try await store.projects(Page(limit: 23)).next == nil)
                #expect(try await store.projects(Page(limit: 22)).next != nil)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func aPageOfLongTextsEndsEarly(kind: StoreKind) async throws {
            let text = String(repeating: "x", count: Page.textLimit / 3)
            try await withStore(kind) { (store: any Store) async throws in
                for index in 0..<5 {
                    _ = try await store.upsertProject(
                        sampleProject("/\(index)", metadata: #"{"a":"\#(text)"}"#, at: Int64(index))
                    )
                }
                var page = Page(limit: 1000)
                let first = try await store.projects(page)
                #expect(first.rows.map(\.path) == ["/4", "/3", "/2"])
                page.cursor = first.next
                #expect(page.cursor != nil)
                let second = try await store.projects(page)
                #expect(second.rows.map(\.path) == ["/1", "/0"])
                #expect(second.next == nil)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func deletingAProjectDeletesWhatBelongsToIt(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let kept = try await makeTask("/kept", in: store)
                let gone = try await makeTask("/gone", in: store)
                _ = try await store.insertSubtask(sampleSubtask(gone.task))
                _ = try await store.insertSession(
                    SessionRecord(id: "s", projectID: gone.project.id, startedAt: testTime)
                )
                #expect(try await store.deleteProject(gone.project.id))
                #expect(try await store.deleteProject(gone.project.id) == false)
                #expect(try await store.request(gone.request.id) == nil)
                #expect(try await store.task(gone.task.id) == nil)
                #expect(try await store.subtasks(matching: SubtaskFilter(), Page()).rows.isEmpty)
                #expect(try await store.session("s") == nil)
                #expect(try await store.task(kept.task.id) != nil)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func statisticsCountEachActionOnce(kind: StoreKind) async throws {
            let subtaskID = testIDs.next(at: testTime)
            var lonely = sampleAction(exitCode: 1, at: later(9))
            lonely.subtaskID = subtaskID.description
            lonely.durationMilliseconds = 30
            var inSession = sampleAction(session: "s", project: "/p")
            inSession.subtaskID = subtaskID.description
            inSession.durationMilliseconds = 10
            let records: [JournalRecord] = [
                .action(lonely), .action(inSession), .action(sampleAction(session: "s", exitCode: 1)),
            ]
            try await withStore(kind, records) { (store: any Store) async throws in
                let project = try #require(try await store.project(atPath: "/p"))
                let request = sampleRequest(project)
                _ = try await store.insertRequest(request)
                let task = sampleTask(request)
                _ = try await store.insertTask(task)
                var subtask = sampleSubtask(task)
                subtask.id = subtaskID
                _ = try await store.insertSubtask(subtask)
                let found = try await store.projectStatistics(project.id)
                #expect(
                    found
                        == ProjectStatistics(
                            projectID: project.id,
                            name: "p",
                            path: "/p",
                            requests: 1,
                            subtasks: 1,
                            actions: 3,
                            successfulActions: 1,
                            averageMilliseconds: 20,
                            lastActivity: later(9)
                        )
                )
                #expect(try await store.projectStatistics(absentID) == nil)
                #expect(try await store.deleteProject(project.id))
                // The action of no subtask of it stays.
                #expect(try await store.counts().actions == 1)
            }
        }
    }
}
