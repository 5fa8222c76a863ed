import Bus
import Storage
import Testing

@testable import Agents

struct ActionHistoryTests {
    private let journal = JournalProbe()
    private let store = StoreProbe()
    private let publisher = PublisherProbe()
    private let history: ActionHistory
    private let ids = UUIDGenerator()

    init() { history = ActionHistory(journal: journal, store: store, publisher: publisher) }

    private func add(session: String) -> UUIDv7 {
        let id = ids.next()
        store.contents.withLock {
            $0.actions.append(
                ActionSummary(
                    id: id,
                    toolName: "T",
                    toolType: "mcp",
                    exitCode: nil,
                    durationMilliseconds: nil,
                    filePaths: [],
                    sessionID: session,
                    projectPath: nil,
                    createdAt: .now()
                )
            )
        }
        return id
    }

    @Test func readsFlushUnlessStale() async throws {
        _ = add(session: "s")
        let full = try await history.list(ActionFilter(limit: 1))
        #expect(full.rows.count == 1)
        #expect(full.next?.id == full.rows.last?.id.description)
        #expect(journal.flushes == 1)
        _ = try await history.list(ActionFilter(), isStale: true)
        _ = try await history.hourly(isStale: true)
        #expect(journal.flushes == 1)
        _ = try await history.hourly()
        #expect(journal.flushes == 2)
    }

    @Test func hoursAreThoseOfTheLastDay() async throws {
        let now = Timestamp(milliseconds: 1_795_453_200_000)
        _ = try await history.hourly(until: now)
        #expect(store.contents.withLock { $0.hourlyStart } == Timestamp(milliseconds: 1_795_366_800_000))
    }

    @Test func aStoreThatDoesNotAnswerIsUnavailable() async {
        journal.fail(with: StorageError(.unavailable, "late"))
        await #expect(throws: AgentsError(.unavailable, "The store does not answer, try again later")) {
            try await history.list(ActionFilter())
        }
        _ = try? await history.list(ActionFilter(), isStale: true)
    }

    @Test func deletingWhatIsNotThere() async throws {
        let id = add(session: "s")
        try await history.delete(id)
        await #expect(throws: AgentsError(.notFound, "Action not found")) { try await history.delete(id) }
        #expect(publisher.lines.isEmpty)
    }

    @Test func deletingASessionIsSaidAlsoWhenThereWasNothing() async throws {
        _ = add(session: "s")
        _ = add(session: "s")
        _ = add(session: "t")
        #expect(try await history.deleteAll(ofSession: "s") == 2)
        #expect(try await history.deleteAll(ofSession: "s") == 0)
        #expect(
            publisher.lines == [
                #"global actions.bulk_deleted {"session_id":"s","deleted_count":2}"#,
                #"global actions.bulk_deleted {"session_id":"s","deleted_count":0}"#,
            ]
        )
    }
}
