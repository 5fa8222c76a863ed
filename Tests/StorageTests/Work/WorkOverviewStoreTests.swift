import Bus
import Testing

@testable import Storage

extension WorkStoreTests {
    struct WorkOverviewStoreTests {
        @Test(arguments: StoreKind.allCases)
        func agentsAreActiveWhileTheirSubtasksAre(kind: StoreKind) async throws {
            let ids = (0..<6).map { _ in testIDs.next(at: testTime) }
            var action = sampleAction()
            action.subtaskID = ids[1].description
            try await withStore(kind, [.action(action)]) { (store: any Store) async throws in
                let made = try await makeTask(in: store)
                for (index, status) in ["pending", "running", "paused", "blocked", "completed", "failed"].enumerated() {
                    var subtask = sampleSubtask(made.task, type: "dev", agent: "a", status: status)
                    subtask.id = ids[index]
                    subtask.startedAt = status == "blocked" ? nil : later(Int64(10 - index))
                    _ = try await store.insertSubtask(subtask)
                }
                let agents = try await store.activeAgents()
                #expect(agents.map(\.status) == ["running", "paused", "blocked"])
                #expect(
                    agents.first
                        == ActiveAgent(
                            subtaskID: ids[1],
                            projectID: made.project.id,
                            projectName: nil,
                            projectPath: "/p",
                            agentType: "dev",
                            agentID: "a",
                            status: "running",
                            description: "part",
                            startedAt: later(9),
                            createdAt: testTime,
                            sessionID: "s",
                            requestID: made.request.id,
                            actions: 1
                        )
                )
            }
        }

        @Test(arguments: StoreKind.allCases)
        func theWorkOfAProjectIsThatOfNoOther(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let made = try await makeTask("/a", in: store)
                let other = try await makeTask("/b", in: store)
                var subtask = sampleSubtask(made.task)
                subtask.contextSnapshot = Array("{}".utf8)
                subtask.result = Array("{}".utf8)
                _ = try await store.insertSubtask(subtask)
                _ = try await store.insertSubtask(sampleSubtask(other.task))
                let first = sampleTask(made.request, wave: 0, at: -1)
                _ = try await store.insertTask(first)
                let work = try await store.work(ofProject: made.project.id)
                #expect(work.requests == [made.request])
                #expect(work.tasks.map(\.id) == [first.id, made.task.id])
                subtask.contextSnapshot = nil
                #expect(work.subtasks == [subtask])
                #expect(!work.isTruncated)
                #expect(try await store.work(ofProject: absentID).requests.isEmpty)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func moreThanFitsIsSaid(kind: StoreKind) async throws {
            let prompt = String(repeating: "x", count: Page.textLimit / 2)
            try await withStore(kind) { (store: any Store) async throws in
                let project = try await store.upsertProject(sampleProject())
                for _ in 0..<3 { _ = try await store.insertRequest(sampleRequest(project, prompt: prompt)) }
                let work = try await store.work(ofProject: project.id)
                #expect(work.requests.count == 2)
                #expect(work.isTruncated)
            }
        }
    }
}
