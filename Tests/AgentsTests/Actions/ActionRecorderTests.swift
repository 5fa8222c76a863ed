import Bus
import Storage
import Testing

@testable import Agents

struct ActionRecorderTests {
    private let journal = JournalProbe()
    private let store = StoreProbe()
    private let publisher = PublisherProbe()
    private let recorder: ActionRecorder
    private let time = Timestamp(milliseconds: 1_795_453_200_000)
    private let action = NewAction(
        toolName: "Bash",
        toolType: .builtin,
        input: #"{"command":"swift build --password hunter2"}"#,
        output: "done",
        filePaths: ["/a"],
        exitCode: 0,
        durationMilliseconds: 5,
        sessionID: "s",
        projectPath: "/work/"
    )

    init() {
        recorder = ActionRecorder(journal: journal, answers: store, publisher: publisher) { [time] in time }
    }

    private func request(_ key: String, body: String = "x") throws -> RepeatableRequest {
        try RepeatableRequest(route: "POST /api/actions", key: key, body: body.utf8Span.span)
    }

    private func code(_ body: () async throws(AgentsError) -> RecordedAnswer) async -> AgentsError.Code? {
        do throws(AgentsError) {
            _ = try await body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func aRecordIsJournalledAndSaid() async throws {
        let answer = try await recorder.record(action) { Array("\($0.id) \($0.keywords.count)".utf8) }
        let record = try #require(journal.actions.first)
        #expect(record.toolName == "Bash")
        #expect(record.toolType == "builtin")
        #expect(record.input == #"{"command":"swift build --password [redacted]"}"#)
        #expect(record.output == "done")
        #expect(record.filePaths == ["/a"])
        #expect(record.exitCode == 0)
        #expect(record.durationMilliseconds == 5)
        #expect(record.projectPath == "/work/")
        #expect(record.createdAt == time)
        #expect(
            record.keywords == ["swift", "build", "--password"] || record.keywords.starts(with: ["swift", "build"])
        )
        #expect(!record.keywords.contains { $0.contains("hunter") || $0.contains("redacted") })
        #expect(record.idempotency == nil)
        #expect(
            answer == RecordedAnswer(body: Array("\(record.id) \(record.keywords.count)".utf8), isRepetition: false)
        )
        let data = #"{"id":"\#(record.id)","tool_name":"Bash","tool_type":"builtin","exit_code":0,"session_id":"s"}"#
        #expect(publisher.lines == ["global action.created \(data)"])
    }

    @Test func unknownsAreNullInTheEvent() async throws {
        _ = try await recorder.record(NewAction(toolName: "T", toolType: .mcp)) { _ in [] }
        #expect(publisher.lines.first?.hasSuffix(#""exit_code":null,"session_id":null}"#) == true)
    }

    @Test func whatWasCutIsMarked() async throws {
        var cut = action
        (cut.inputIsCut, cut.outputIsCut) = (true, true)
        _ = try await recorder.record(cut) { _ in [] }
        let record = try #require(journal.actions.first)
        #expect(record.input?.hasSuffix("}\u{2026}[truncated]") == true)
        #expect(record.output == "done\u{2026}[truncated]")
        #expect(!record.keywords.contains("truncated"))
    }

    @Test func wrongFieldsAreNamed() async {
        var wrong = action
        wrong.toolName = ""
        wrong.durationMilliseconds = -1
        do throws(AgentsError) {
            _ = try await recorder.record(wrong) { _ in [] }
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == .invalid)
            #expect(error.problems.map(\.field) == ["tool_name", "duration_ms"])
        }
        #expect(journal.records.isEmpty)
        #expect(publisher.lines.isEmpty)
    }

    @Test func aFailedAppendPromisesNothing() async throws {
        for (failure, expected) in [
            (StorageError.Code.diskFull, AgentsError.Code.storageFull), (.unavailable, .unavailable),
            (.database, .internalFailure),
        ] {
            journal.fail(with: StorageError(failure, "secret details"))
            #expect(await code { () throws(AgentsError) in try await recorder.record(action) { _ in [] } } == expected)
        }
        #expect(publisher.lines.isEmpty)
    }

    @Test func aRepetitionIsStoredOnceAndAnsweredAlike() async throws {
        let request = try request("k")
        let first = try await recorder.record(action, repeatable: request) { Array($0.id.description.utf8) }
        let second = try await recorder.record(action, repeatable: request) { Array($0.id.description.utf8) }
        #expect(first.body == second.body)
        #expect(!first.isRepetition)
        #expect(second.isRepetition)
        #expect(
            journal.actions.map(\.idempotency) == [
                IdempotencyRecord(key: "POST /api/actions k", fingerprint: request.fingerprint, response: first.body)
            ]
        )
        #expect(publisher.lines.count == 1)
    }

    @Test func theSameKeyWithAnotherBodyIsRefused() async throws {
        _ = try await recorder.record(action, repeatable: request("k")) { _ in [] }
        let other = try request("k", body: "y")
        let code = await code { () throws(AgentsError) in
            try await recorder.record(action, repeatable: other) { _ in [] }
        }
        #expect(code == .keyReused)
        #expect(journal.records.count == 1)
    }

    @Test func theStoreIsAskedForWhatMemoryDoesNotKnow() async throws {
        let request = try request("old")
        store.contents.withLock {
            $0.answers[request.key] = IdempotencyRecord(
                key: request.key,
                fingerprint: request.fingerprint,
                response: [1, 2]
            )
        }
        let answer = try await recorder.record(action, repeatable: request) { _ in [] }
        #expect(answer == RecordedAnswer(body: [1, 2], isRepetition: true))
        #expect(journal.records.isEmpty)
        let other = try self.request("old", body: "y")
        let code = await code { () throws(AgentsError) in
            try await recorder.record(action, repeatable: other) { _ in [] }
        }
        #expect(code == .keyReused)
    }

    @Test func withoutTheStoreHeaderKeysAreRefusedAndHooksRecorded() async throws {
        store.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        let header = try request("k")
        let code = await code { () throws(AgentsError) in
            try await recorder.record(action, repeatable: header) { _ in [] }
        }
        #expect(code == .unavailable)
        let hook = RepeatableRequest(vendor: "claude", session: "s", call: "c", event: "PostToolUse")
        _ = try await recorder.record(action, repeatable: hook) { _ in [] }
        #expect(journal.actions.count == 1)
        store.contents.withLock { $0.failure = nil }
        _ = try await recorder.record(action, repeatable: header) { _ in [] }
        #expect(journal.actions.count == 2)
    }

    @Test func concurrentRepetitionsWaitForTheFirst() async throws {
        let request = try request("k")
        journal.hold()
        try await withThrowingTaskGroup(of: RecordedAnswer.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await recorder.record(action, repeatable: request) { Array($0.id.description.utf8) }
                }
            }
            while recorder.waitingCount < 7 { await Task.yield() }
            #expect(journal.heldCount == 1)
            journal.release()
            var answers: [RecordedAnswer] = []
            for try await answer in group { answers.append(answer) }
            #expect(Set(answers.map(\.body)).count == 1)
            #expect(answers.count { !$0.isRepetition } == 1)
        }
        #expect(journal.records.count == 1)
        #expect(recorder.waitingCount == 0)
    }

    @Test func whoWaitsForAFailureFailsToo() async throws {
        let request = try request("k")
        journal.hold()
        journal.fail(with: StorageError(.diskFull, "full"))
        await withTaskGroup(of: AgentsError.Code?.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await code { () throws(AgentsError) in
                        try await recorder.record(action, repeatable: request) { _ in [] }
                    }
                }
            }
            while recorder.waitingCount < 3 { await Task.yield() }
            journal.release()
            for await code in group { #expect(code == .storageFull) }
        }
        journal.fail(with: nil)
        _ = try await recorder.record(action, repeatable: request) { _ in [] }
        #expect(journal.records.count == 1)
    }
}
