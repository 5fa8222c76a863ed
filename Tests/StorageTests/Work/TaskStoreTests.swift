import Bus
import Testing

@testable import Storage

extension WorkStoreTests {
    struct TaskStoreTests {
        @Test(arguments: StoreKind.allCases)
        func wavesAreNumberedFromZero(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let project = try await store.upsertProject(sampleProject())
                let request = sampleRequest(project)
                _ = try await store.insertRequest(request)
                for (given, expected) in [(nil, 0), (nil, 1), (7, 7), (3, 3), (nil, 8)] as [(Int?, Int)] {
                    let task = try #require(try await store.insertTask(sampleTask(request, wave: given)))
                    #expect(task.waveNumber == expected)
                    #expect(task.name == "Wave \(expected)")
                    #expect(try await store.task(task.id) == task)
                }
                var named = sampleTask(request)
                named.name = "tests"
                #expect(try await store.insertTask(named)?.name == "tests")
                #expect(try await store.task(absentID) == nil)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func noTwoGetTheSameNumber(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let project = try await store.upsertProject(sampleProject())
                let request = sampleRequest(project)
                _ = try await store.insertRequest(request)
                let numbers = try await withThrowingTaskGroup(of: Int?.self) { group in
                    for _ in 0..<40 {
                        group.addTask { try await store.insertTask(sampleTask(request))?.waveNumber }
                    }
                    var numbers: [Int] = []
                    for try await number in group { numbers.append(try #require(number)) }
                    return numbers
                }
                #expect(numbers.sorted() == Array(0..<40))
            }
        }

        @Test(arguments: StoreKind.allCases)
        func aTaskNeedsItsRequest(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                var task = sampleTask(sampleRequest(sampleProject()))
                #expect(try await store.insertTask(task) == nil)
                task.waveNumber = 3
                #expect(try await store.insertTask(task) == nil)
            }
        }

        @Test(arguments: StoreKind.allCases)
        func listsOfARequestGoByWaveAndOthersByTime(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let project = try await store.upsertProject(sampleProject())
                let requests = [sampleRequest(project), sampleRequest(project)]
                for request in requests { _ = try await store.insertRequest(request) }
                var all: [TaskRecord] = []
                for index in 0..<20 {
                    let task = sampleTask(
                        requests[index % 2],
                        wave: index * 7 % 5,
                        status: ["pending", "running"][index / 2 % 2],
                        at: Int64(index / 3)
                    )
                    all.append(try #require(try await store.insertTask(task)))
                }
                let waves = all.filter { $0.requestID == requests[0].id }
                    .sorted { ($0.waveNumber, $0.createdAt, $0.id) < ($1.waveNumber, $1.createdAt, $1.id) }
                var found: [TaskRecord] = []
                var page = Page(limit: 3)
                repeat {
                    let part = try await store.tasks(matching: TaskFilter(requestID: requests[0].id), page)
                    found += part.rows
                    page.cursor = part.next
                } while page.cursor != nil
                #expect(found == waves)
                #expect(try await store.tasks(matching: TaskFilter(), Page()).rows == all.reversed())
                let running = try await store.tasks(
                    matching: TaskFilter(requestID: requests[0].id, status: "running"),
                    Page()
                )
                #expect(running.rows == waves.filter { $0.status == "running" })
            }
        }

        @Test(arguments: StoreKind.allCases)
        func changesAndDeletions(kind: StoreKind) async throws {
            try await withStore(kind) { (store: any Store) async throws in
                let made = try await makeTask(in: store)
                let done = try await store.changeTask(made.task.id, TaskChange(status: "completed"), at: later(2))
                #expect(done?.completedAt == later(2))
                #expect(done?.name == "Wave 0")
                let named = try await store.changeTask(made.task.id, TaskChange(name: "n"), at: later(3))
                #expect(named?.status == "completed")
                #expect(named?.completedAt == later(2))
                #expect(named?.name == "n")
                #expect(try await store.changeTask(absentID, TaskChange(name: "n"), at: later(3)) == nil)
                let subtask = sampleSubtask(made.task)
                _ = try await store.insertSubtask(subtask)
                #expect(try await store.deleteTask(made.task.id) == named)
                #expect(try await store.deleteTask(made.task.id) == nil)
                #expect(try await store.subtask(subtask.id) == nil)
            }
        }
    }
}
