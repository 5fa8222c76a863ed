import Bus
import Foundation
import Testing

@testable import Storage

extension WorkStoreTests {
    struct RequestStoreTests {
        @Test(arguments: StoreKind.allCases)
        func aRequestIsFoundAsItWasGiven(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let project = try await store.upsertProject(sampleProject())
                var request = sampleRequest(project, session: "s é", prompt: "a␀ \"b\"\n")
                request.promptType = "debug"
                request.completedAt = later(3)
                #expect(try await store.insertRequest(request))
                #expect(try await store.request(request.id) == request)
                #expect(try await store.request(absentID) == nil)
                request.id = testIDs.next(at: testTime)
                request.projectID = absentID
                #expect(try await store.insertRequest(request) == false)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func filtersHoldTogether(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let projects = [
                    try await store.upsertProject(sampleProject("/a")),
                    try await store.upsertProject(sampleProject("/b")),
                ]
                var all: [RequestRecord] = []
                for index in 0..<24 {
                    let request = sampleRequest(
                        projects[index % 2],
                        session: ["s", "t", "u"][index % 3],
                        status: index < 12 ? "active" : "failed",
                        at: Int64(index / 2)
                    )
                    #expect(try await store.insertRequest(request))
                    all.append(request)
                }
                for project in [projects[0].id, absentID, nil] {
                    for session in ["s", nil] {
                        for status in ["active", "none", nil] {
                            let expected = all.reversed().filter {
                                (project == nil || $0.projectID == project)
                                    && (session == nil || $0.sessionID == session)
                                    && (status == nil || $0.status == status)
                            }
                            let filter = RequestFilter(projectID: project, sessionID: session, status: status)
                            #expect(try await store.requests(matching: filter, Page()).rows == expected)
                            var page = Page(limit: 3)
                            page.cursor = try await store.requests(matching: filter, page).next
                            let second = page.cursor == nil ? [] : try await store.requests(matching: filter, page).rows
                            #expect(second == Array(expected.dropFirst(3).prefix(3)))
                        }
                    }
                }
            }
        }

        @Test(arguments: StoreKind.allCases)
        func changesLeaveTheRestAlone(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let project = try await store.upsertProject(sampleProject())
                let request = sampleRequest(project)
                _ = try await store.insertRequest(request)
                let done = try await store.changeRequest(request.id, RequestChange(status: "completed"), at: later(4))
                #expect(done?.status == "completed")
                #expect(done?.completedAt == later(4))
                #expect(done?.metadata == request.metadata)
                let metadata = RequestChange(metadata: Array(#"{"k":[1,"é"]}"#.utf8))
                let tagged = try #require(try await store.changeRequest(request.id, metadata, at: later(5)))
                #expect(tagged.status == "completed")
                #expect(tagged.completedAt == later(4))
                let object = try JSONSerialization.jsonObject(with: Data(tagged.metadata)) as? NSDictionary
                #expect(object == ["k": [1, "é"] as NSArray])
                // What was completed once stays so, also when it goes on.
                let again = try await store.changeRequest(request.id, RequestChange(status: "active"), at: later(6))
                #expect(again?.completedAt == later(4))
                #expect(try await store.changeRequest(absentID, RequestChange(status: "failed"), at: later(7)) == nil)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func deletingARequestDeletesItsWork(kind: StoreKind) async throws {
            let subtaskID = testIDs.next(at: testTime)
            var action = sampleAction()
            action.subtaskID = subtaskID.description
            try await withStore(kind, [.action(action), .action(sampleAction())]) { (store: any Store) async throws in
                let made = try await makeTask(in: store)
                var subtask = sampleSubtask(made.task)
                subtask.id = subtaskID
                _ = try await store.insertSubtask(subtask)
                #expect(try await store.deleteRequest(made.request.id))
                #expect(try await store.deleteRequest(made.request.id) == false)
                #expect(try await store.subtask(subtaskID) == nil)
                #expect(try await store.counts().actions == 1)
            }
        }
    }
}
