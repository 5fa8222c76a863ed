import Bus
import Foundation
import Testing

@testable import Storage

extension WorkStoreTests {
    struct SubtaskStoreTests {
        @Test(arguments: StoreKind.allCases)
        func aSubtaskIsFoundAsItWasGiven(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let made = try await makeTask(in: store)
                let plain = sampleSubtask(made.task)
                #expect(try await store.insertSubtask(plain) == .done(plain))
                #expect(try await store.subtask(plain.id) == plain)
                var whole = sampleSubtask(
                    made.task,
                    type: "dev é",
                    agent: "a-1",
                    status: "running",
                    blockedBy: [plain.id]
                )
                whole.startedAt = later(1)
                whole.completedAt = later(2)
                whole.contextSnapshot = Array("{}".utf8)
                whole.result = Array("{}".utf8)
                #expect(try await store.insertSubtask(whole) == .done(whole))
                #expect(try await store.subtask(whole.id) == whole)
                #expect(try await store.subtask(absentID) == nil)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func parentsAndBlockersHaveToBeThere(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let made = try await makeTask(in: store)
                let first = sampleSubtask(made.task)
                _ = try await store.insertSubtask(first)
                let blocked = sampleSubtask(made.task, blockedBy: [first.id, absentID])
                #expect(try await store.insertSubtask(blocked) == .blockersAbsent)
                var lost = sampleSubtask(made.task)
                lost.taskID = absentID
                #expect(try await store.insertSubtask(lost) == .absent)
                lost.blockedBy = [absentID]
                #expect(try await store.insertSubtask(lost) == .absent)
                #expect(try await store.subtasks(matching: SubtaskFilter(), Page()).rows == [first])
                let wrong = SubtaskChange(status: "running", blockedBy: [absentID])
                #expect(try await store.changeSubtask(first.id, wrong, at: later(1)) == .blockersAbsent)
                #expect(try await store.subtask(first.id) == first)
                #expect(try await store.changeSubtask(absentID, wrong, at: later(1)) == .absent)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func everyFieldOfAChangeCounts(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let made = try await makeTask(in: store)
                let other = sampleSubtask(made.task)
                let subtask = sampleSubtask(made.task, agent: "a")
                for each in [other, subtask] { _ = try await store.insertSubtask(each) }
                func change(_ change: SubtaskChange, at time: Int64) async throws -> SubtaskRecord {
                    guard case .done(let row) = try await store.changeSubtask(subtask.id, change, at: later(time))
                    else {
                        throw CancellationError()
                    }
                    return row
                }
                let all = SubtaskChange(
                    status: "running",
                    agentID: "b",
                    blockedBy: [other.id],
                    result: Array("{}".utf8)
                )
                var expected = subtask
                expected.status = "running"
                expected.agentID = "b"
                expected.blockedBy = [other.id]
                expected.result = Array("{}".utf8)
                expected.startedAt = later(1)
                #expect(try await change(all, at: 1) == expected)
                // It started once.
                #expect(try await change(SubtaskChange(status: "running"), at: 2) == expected)
                expected.status = "failed"
                expected.completedAt = later(3)
                // An earlier result stays.
                #expect(try await change(SubtaskChange(status: "failed"), at: 3) == expected)
                expected.blockedBy = []
                #expect(try await change(SubtaskChange(blockedBy: []), at: 4) == expected)
                #expect(try await store.subtask(subtask.id) == expected)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func filtersHoldTogether(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let made = try await makeTask(in: store)
                let second = sampleTask(made.request)
                _ = try await store.insertTask(second)
                var all: [SubtaskRecord] = []
                for index in 0..<24 {
                    let subtask = sampleSubtask(
                        [made.task, second][index % 2],
                        type: ["x", "y", nil][index % 3],
                        agent: ["a", "b"][index / 2 % 2],
                        status: index < 12 ? "pending" : "running",
                        at: Int64(index / 5)
                    )
                    _ = try await store.insertSubtask(subtask)
                    all.append(subtask)
                }
                for task in [made.task.id, nil] {
                    for status in ["running", nil] {
                        for type in ["x", nil] {
                            for agent in ["b", nil] {
                                let fitting = all.filter {
                                    (task == nil || $0.taskID == task) && (status == nil || $0.status == status)
                                        && (type == nil || $0.agentType == type)
                                        && (agent == nil || $0.agentID == agent)
                                }
                                let expected = task == nil ? fitting.reversed() : fitting
                                let filter = SubtaskFilter(
                                    taskID: task,
                                    status: status,
                                    agentType: type,
                                    agentID: agent
                                )
                                #expect(try await store.subtasks(matching: filter, Page()).rows == expected)
                                let page = Page(limit: 2, offset: 1)
                                let part = try await store.subtasks(matching: filter, page).rows
                                #expect(part == Array(expected.dropFirst().prefix(2)))
                            }
                        }
                    }
                }
            }
        }

        @Test(arguments: StoreKind.allCases)
        func itsActionsAreListedAndGoWithIt(kind: StoreKind) async throws {
            let id = testIDs.next(at: testTime)
            let actions = (0..<3).map { index in
                var action = sampleAction(at: later(Int64(index)))
                action.subtaskID = index == 1 ? "another" : id.description
                action.filePaths = ["/\(index)"]
                return action
            }
            try await withStore(kind, actions.map { .action($0) }) { (store: any Store) async throws in
                let made = try await makeTask(in: store)
                var subtask = sampleSubtask(made.task)
                subtask.id = id
                _ = try await store.insertSubtask(subtask)
                let found = try await store.actions(ofSubtask: id)
                #expect(found.map(\.id) == [actions[0].id, actions[2].id])
                #expect(found.map(\.filePaths) == [["/0"], ["/2"]])
                #expect(try await store.deleteSubtask(id) == subtask)
                #expect(try await store.deleteSubtask(id) == nil)
                #expect(try await store.counts().actions == 1)
            }
        }
    }
}
