import Bus
import TestSupport
import Testing

@testable import Storage

/// What every store does alike.
struct StoreContractTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func with(
        _ kind: StoreKind,
        _ records: [JournalRecord],
        _ body: (any Store) async throws -> Void
    ) async throws {
        let durable = try await kind.open(records, in: folder)
        try await body(durable.store)
        try await durable.close()
    }

    private func later(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: testTime.milliseconds + milliseconds)
    }

    @Test(arguments: StoreKind.allCases)
    func anActionIsListedAsItWasGiven(kind: StoreKind) async throws {
        var action = sampleAction(
            tool: "a\0b",
            type: "mcp",
            session: "s\0é",
            project: "/p//",
            exitCode: -7,
            at: later(3)
        )
        action.durationMilliseconds = 0
        action.filePaths = ["/a \"b\"", "", "é\n"]
        action.subtaskID = "not a uuid"
        try await with(kind, [.action(action)]) { (store: any Store) async throws in
            let found = try await store.actions(matching: ActionFilter())
            #expect(
                found == [
                    ActionSummary(
                        id: action.id,
                        toolName: "a\0b",
                        toolType: "mcp",
                        exitCode: -7,
                        durationMilliseconds: 0,
                        filePaths: ["/a \"b\"", "", "é\n"],
                        sessionID: "s\0é",
                        projectPath: "/p",
                        createdAt: later(3)
                    )
                ]
            )
        }
    }

    @Test(arguments: StoreKind.allCases)
    func filtersHoldTogetherAndNewestComesFirst(kind: StoreKind) async throws {
        var actions: [ActionRecord] = []
        for index in 0..<60 {
            actions.append(
                sampleAction(
                    tool: ["Bash", "Read", "x"][index % 3],
                    type: ["builtin", "mcp"][index % 2],
                    session: ["s", "t", nil][index / 3 % 3],
                    at: later(Int64(index / 4))
                )
            )
        }
        try await with(kind, actions.map { .action($0) }) { (store: any Store) async throws in
            for tool in ["Bash", "none", nil] {
                for type in ["builtin", "mcp", nil] {
                    for session in ["s", nil] {
                        let expected: [ActionRecord] = actions.reversed().filter { action in
                            (tool == nil || action.toolName == tool) && (type == nil || action.toolType == type)
                                && (session == nil || action.sessionID == session)
                        }
                        var filter = ActionFilter(toolName: tool, toolType: type, sessionID: session)
                        let all = try await store.actions(matching: filter).map(\.id)
                        #expect(all == expected.map(\.id))
                        filter.limit = 3
                        filter.offset = 2
                        let page = try await store.actions(matching: filter).map(\.id)
                        #expect(page == expected.dropFirst(2).prefix(3).map(\.id))
                        guard expected.count > 3 else { continue }
                        filter.cursor = PageCursor(time: expected[3].createdAt, id: expected[3].id.description)
                        filter.offset = 0
                        let behind = try await store.actions(matching: filter).map(\.id)
                        #expect(behind == expected.dropFirst(4).prefix(3).map(\.id))
                    }
                }
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func hoursAreThoseOfUTC(kind: StoreKind) async throws {
        let times: [Int64] = [-1, 0, 1, 3_599_999, 3_600_000, 7_200_000]
        try await with(kind, times.map { .action(sampleAction(at: later($0))) }) { (store: any Store) async throws in
            let hours = try await store.hourlyActions(since: later(0))
            #expect(
                hours == [
                    HourlyCount(hour: later(0), count: 3), HourlyCount(hour: later(3_600_000), count: 1),
                    HourlyCount(hour: later(7_200_000), count: 1),
                ]
            )
        }
    }

    @Test(arguments: StoreKind.allCases)
    func deletionsSayWhatTheyFound(kind: StoreKind) async throws {
        let actions = (0..<5).map { sampleAction(session: $0 < 3 ? "s" : "t") }
        try await with(kind, actions.map { .action($0) }) { (store: any Store) async throws in
            #expect(try await store.deleteAction(actions[4].id))
            #expect(try await store.deleteAction(actions[4].id) == false)
            #expect(try await store.deleteActions(ofSession: "s") == 3)
            #expect(try await store.deleteActions(ofSession: "s") == 0)
            #expect(try await store.actions(matching: ActionFilter()).map(\.id) == [actions[3].id])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func projectsAndSessionsFollowFromActions(kind: StoreKind) async throws {
        let records: [JournalRecord] = [
            .action(sampleAction(project: "/only/path/")), .action(sampleAction(session: "s", project: "/p")),
            .action(sampleAction(session: "s", exitCode: 1)), .action(sampleAction(session: "s", exitCode: nil)),
        ]
        try await with(kind, records) { (store: any Store) async throws in
            let counts = try await store.counts()
            #expect(counts.projects == 2)
            #expect(counts.actions == 4)
            let activity = try await store.activity(now: later(60_000))
            #expect(activity.activeSessions == 1)
            #expect(activity.actionsPerMinute == 0.8)
            #expect(activity.averageTaskMilliseconds == 0)
            #expect(try await store.activity(now: later(300_001)).actionsPerMinute == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func answersAreKept(kind: StoreKind) async throws {
        let record = IdempotencyRecord(key: "POST /api/actions k", fingerprint: [0, 255], response: [])
        var action = sampleAction(at: .now())
        action.idempotency = record
        var old = sampleAction(at: Timestamp(milliseconds: Timestamp.now().milliseconds - 25 * 3_600_000))
        old.idempotency = IdempotencyRecord(key: "old", fingerprint: [], response: [1])
        try await with(kind, [.action(old), .action(action)]) { (store: any Store) async throws in
            #expect(try await store.answer(forKey: record.key) == record)
            #expect(try await store.answer(forKey: "other") == nil)
            #expect(try await store.probe() >= 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func scoresAreThoseOfAReplay(kind: StoreKind) async throws {
        var random = SeededGenerator(seed: 11)
        var records: [JournalRecord] = []
        for _ in 0..<400 {
            let tool = ["Bash", "Read"].randomElement(using: &random) ?? ""
            let words = ["a", "b", "é", "e\u{301}", "q\"\\", "n\0", "n\0a", "n\0b", "n"]
            let keywords = (0..<3).compactMap { _ in words.randomElement(using: &random) }
            if Int.random(in: 0..<8, using: &random) == 0 {
                records.append(
                    .feedback(sampleFeedback(tool: tool, keywords: keywords, chosen: .random(using: &random)))
                )
            } else {
                let type = ["builtin", "mcp"].randomElement(using: &random) ?? ""
                let exitCode = [0, 0, 1, nil].randomElement(using: &random) ?? 0
                records.append(
                    .action(sampleAction(tool: tool, type: type, exitCode: exitCode, keywords: keywords))
                )
            }
        }
        try await with(kind, records) { (store: any Store) async throws in
            let scores = try await store.scores()
            #expect(scores == replayedScores(records))
        }
    }
}
