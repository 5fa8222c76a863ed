import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

/// Two servers that share a real database, each with a memory that learns from both.
@Suite(.timeLimit(.minutes(3))) struct SharedRoutingTests {
    private struct Side {
        let store: DurableStore
        let memory: RoutingMemory
        let following: Task<Void, Never>

        static func open(_ options: PostgresOptions) async throws -> Side {
            let folder = try TemporaryFolder()
            let memory = RoutingMemory(isShared: true)
            let store = try await DurableStore.open(
                folder: folder.path,
                location: .postgres(options),
                learning: .rules,
                patience: 30,
                committed: { memory.apply($0) }
            )
            let following = Task {
                await RoutingLoader(memory: memory, history: store).run()
                await RoutingFollower(memory: memory, scores: store).run()
                // The folder lives as long as it is used.
                withExtendedLifetime(folder) {}
            }
            return Side(store: store, memory: memory, following: following)
        }

        func close() async throws {
            following.cancel()
            await following.value
            try await store.close()
        }
    }

    private static let keywords = (0..<12).map { "k\($0)" }

    private static func record(_ random: inout SeededGenerator) -> JournalRecord {
        let words = (0..<3).compactMap { _ in keywords.randomElement(using: &random) }
        let tool = ["Bash", "Read", "Edit"].randomElement(using: &random) ?? ""
        let time = Timestamp(milliseconds: 1_795_453_200_000 + Int64.random(in: 0..<1000, using: &random))
        guard Int.random(in: 0..<10, using: &random) > 0 else {
            return .feedback(
                FeedbackRecord(toolName: tool, keywords: words, chosen: .random(using: &random), createdAt: time)
            )
        }
        return .action(
            ActionRecord(
                id: UUIDGenerator().next(),
                toolName: tool,
                toolType: ["builtin", "mcp"].randomElement(using: &random) ?? "",
                exitCode: [0, 1, 1, nil].randomElement(using: &random) ?? 0,
                createdAt: time,
                keywords: words
            )
        )
    }

    private func answers(_ memory: RoutingMemory) throws -> [[Suggestion]] {
        try Self.keywords.map { word in
            try memory.suggest(RoutingMemory.Question(keywords: [word], limit: 100, minimumScore: 0))
        }
    }

    @Test(arguments: 0..<3 as Range<UInt64>)
    func bothKnowWhatTheTableHolds(seed: UInt64) async throws {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        let sides = [try await Side.open(options), try await Side.open(options)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, side) in sides.enumerated() {
                group.addTask {
                    var random = SeededGenerator(seed: seed * 10 + UInt64(index))
                    for count in 0..<600 {
                        try await side.store.append(Self.record(&random))
                        // Batches of all sizes, and looks in the middle of them.
                        if count % 50 == Int(seed) { try await side.store.flush() }
                        if count % 120 == 0 { _ = try? await side.memory.follow(side.store) }
                    }
                    try await side.store.flush()
                }
            }
            try await group.waitForAll()
        }
        let table = RoutingMemory()
        try await table.load(from: sides[0].store)
        let expected = try answers(table)
        #expect(expected.joined().count > 40)
        for side in sides {
            while try answers(side.memory) != expected { await Task.yield() }
        }
        for side in sides { try await side.close() }
    }
}
