import Bus
import Storage
import Testing

@testable import Agents

struct FeedbackRecorderTests {
    private let memory: RoutingMemory
    private let journal: JournalProbe
    private let feedback: FeedbackRecorder
    private let time = Timestamp(milliseconds: 1_795_453_200_000)

    init() async throws {
        let memory = try await RoutingMemory.empty()
        self.memory = memory
        journal = JournalProbe { memory.apply([$0]) }
        feedback = FeedbackRecorder(journal: journal, memory: memory) { [time] in time }
    }

    @Test func onlyScoresThatThereAreCount() async throws {
        let action = ActionRecord(
            id: UUIDGenerator().next(),
            toolName: "Bash",
            toolType: "builtin",
            exitCode: 0,
            createdAt: time,
            keywords: ["build", "swift"]
        )
        _ = try await journal.append(.action(action))
        let keywords = [" Build", "build", "swift", "other", ""]
        let outcome = try await feedback.record(toolName: "Bash", keywords: keywords, chosen: true)
        #expect(outcome == FeedbackRecorder.Outcome(changedCount: 2, adjustment: 0.2))
        #expect(try memory.suggest(RoutingMemory.Question(keywords: ["build"])).map(\.score) == [1.2])
        #expect(
            journal.records.last
                == .feedback(
                    FeedbackRecord(
                        toolName: "Bash",
                        keywords: ["build", "swift", "other"],
                        chosen: true,
                        createdAt: time
                    )
                )
        )
        let unknown = try await feedback.record(toolName: "Unknown", keywords: ["build"], chosen: false)
        #expect(unknown == FeedbackRecorder.Outcome(changedCount: 0, adjustment: -0.1))
    }

    @Test func silenceIsNoRejection() async {
        let expected = AgentsError(
            .invalid,
            "chosen is required",
            problems: [.init(field: "chosen", text: "chosen is required")]
        )
        await #expect(throws: expected) {
            try await feedback.record(toolName: "Bash", keywords: ["build"], chosen: nil)
        }
        #expect(journal.records.isEmpty)
    }

    @Test(arguments: [("", ["a"]), ("Bash", []), ("Bash", [" "])])
    func missingFieldsAreRefused(toolName: String, keywords: [String]) async {
        await #expect(throws: AgentsError(.invalid, "Missing required fields: tool_name and keywords")) {
            try await feedback.record(toolName: toolName, keywords: keywords, chosen: true)
        }
    }

    @Test func tooMuchIsRefused() async {
        let many = (0...KeywordList.limit).map(String.init)
        for keywords in [many, [String(repeating: "a", count: 513)]] {
            await #expect(throws: AgentsError.self) {
                try await feedback.record(toolName: "Bash", keywords: keywords, chosen: true)
            }
        }
        #expect(journal.records.isEmpty)
    }

    @Test func aJournalThatRefusesIsSaid() async {
        journal.fail(with: StorageError(.unavailable, "full"))
        await #expect(throws: AgentsError.self) {
            try await feedback.record(toolName: "Bash", keywords: ["build"], chosen: true)
        }
    }
}
