import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

/// Recorder, routing and the real journal and store together.
struct RecordingTests {
    private struct Rooms {
        let store: DurableStore
        let recorder: ActionRecorder
        let history: ActionHistory
        let memory: RoutingMemory
        let feedback: FeedbackRecorder
    }

    private func open(_ folder: TemporaryFolder) async throws -> Rooms {
        let memory = RoutingMemory()
        let store = try await DurableStore.open(
            folder: folder.path,
            learning: .rules,
            committed: { memory.apply($0) }
        )
        try await memory.load(from: store)
        let publisher = PublisherProbe()
        return Rooms(
            store: store,
            recorder: ActionRecorder(journal: store, answers: store.store, publisher: publisher),
            history: ActionHistory(journal: store, store: store.store, publisher: publisher),
            memory: memory,
            feedback: FeedbackRecorder(journal: store, memory: memory)
        )
    }

    private let action = NewAction(
        toolName: "Bash",
        toolType: .builtin,
        input: "swift build",
        exitCode: 0,
        sessionID: "s",
        projectPath: "/p"
    )

    @Test func aRepetitionAfterARestartIsRecognised() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let request = try RepeatableRequest(route: "POST /api/actions", key: "k", body: "x".utf8Span.span)
        var rooms = try await open(folder)
        let first = try await rooms.recorder.record(action, repeatable: request) { Array("\($0.id)".utf8) }
        try await rooms.store.close()
        rooms = try await open(folder)
        let second = try await rooms.recorder.record(action, repeatable: request) { Array("\($0.id)".utf8) }
        #expect(second == RecordedAnswer(body: first.body, isRepetition: true))
        #expect(try await rooms.history.list(ActionFilter()).rows.map { Array("\($0.id)".utf8) } == [first.body])
        #expect(try await rooms.history.deleteAll(ofSession: "s") == 1)
        #expect(try await rooms.history.list(ActionFilter()).rows.isEmpty)
        try await rooms.store.close()
    }

    @Test func suggestionsAreTheSameAfterARestart() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let question = RoutingMemory.Question(keywords: ["swift", "build"], minimumScore: 0)
        var rooms = try await open(folder)
        for exitCode in [0, 1, nil, 0] {
            var action = action
            action.exitCode = exitCode
            _ = try await rooms.recorder.record(action) { _ in [] }
        }
        let outcome = try await rooms.feedback.record(toolName: "Bash", keywords: ["Swift", "other"], chosen: true)
        #expect(outcome.changedCount == 1)
        let before = try rooms.memory.suggest(question)
        #expect(before.map(\.usageCount) == [8])
        try await rooms.store.close()
        rooms = try await open(folder)
        #expect(try rooms.memory.suggest(question) == before)
        try await rooms.store.close()
    }
}
