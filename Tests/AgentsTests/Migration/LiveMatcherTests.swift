import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

struct LiveMatcherTests {
    private func old(_ milliseconds: Int64, session: String? = "s", tool: String = "Bash") -> ActionRecord {
        ActionRecord(
            id: UUIDv7(high: UInt64(milliseconds) << 16 | 0x8000, low: UInt64(bitPattern: Int64(tool.hashValue)) >> 2),
            toolName: tool,
            toolType: "builtin",
            sessionID: session,
            createdAt: Timestamp(milliseconds: milliseconds)
        )
    }

    private func live(_ milliseconds: Int64, session: String? = "s", tool: String = "Bash") -> LiveAction {
        LiveAction(
            id: UUIDv7(high: UInt64(milliseconds) << 16 | 0x7000, low: UInt64(bitPattern: Int64(tool.hashValue)) >> 2),
            sessionID: session,
            toolName: tool,
            createdAt: Timestamp(milliseconds: milliseconds)
        )
    }

    @Test func aCallIsOfTheSameSessionAndToolWithinTwoSeconds() {
        #expect(LiveMatcher.matches([old(10_000)], [live(12_000)]).count == 1)
        #expect(LiveMatcher.matches([old(10_000)], [live(8_000)]).count == 1)
        #expect(LiveMatcher.matches([old(10_000)], [live(12_001)]).isEmpty)
        #expect(LiveMatcher.matches([old(10_000)], [live(7_999)]).isEmpty)
        #expect(LiveMatcher.matches([old(10_000)], [live(10_000, session: "t")]).isEmpty)
        #expect(LiveMatcher.matches([old(10_000)], [live(10_000, session: nil)]).isEmpty)
        #expect(LiveMatcher.matches([old(10_000)], [live(10_000, tool: "Read")]).isEmpty)
        #expect(LiveMatcher.matches([old(10_000, session: nil)], [live(10_000, session: nil)]).count == 1)
    }

    @Test func eachIsMatchedOnce() {
        let matches = LiveMatcher.matches([old(10_000), old(10_001)], [live(11_000)])
        #expect(matches == [ImportMatch(importedID: old(10_000).id, liveID: live(11_000).id)])
    }

    /// No other choice of pairs has more of them.
    @Test(arguments: 0..<50)
    func asManyAsPossibleAreMatched(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let times = { (random: inout SeededGenerator) in
            Set(
                (0..<Int.random(in: 0..<7, using: &random)).map { _ in Int64.random(in: 5000..<14_000, using: &random) }
            )
        }
        let olds = times(&random).map { old($0) }
        let lives = times(&random).map { live($0) }
        let matches = LiveMatcher.matches(olds, lives)
        #expect(
            Set(matches.map(\.importedID)).count == matches.count && Set(matches.map(\.liveID)).count == matches.count
        )
        #expect(matches.count == LiveMatcherTests.most(olds[...], lives))
    }

    private static func most(_ olds: ArraySlice<ActionRecord>, _ lives: [LiveAction]) -> Int {
        guard let first = olds.first else { return 0 }
        let without = most(olds.dropFirst(), lives)
        return lives.indices.filter { abs(lives[$0].createdAt.milliseconds - first.createdAt.milliseconds) <= 2000 }
            .map { index in
                var rest = lives
                rest.remove(at: index)
                return 1 + most(olds.dropFirst(), rest)
            }.reduce(without, max)
    }

    @Test func longTimesBetweenAreNotLookedAt() {
        let day: Int64 = 86_400_000
        let spans = LiveMatcher.spans([day, 0, 10_000, day + 1].map { Timestamp(milliseconds: $0) })
        #expect(spans.map(\.lowerBound.milliseconds) == [-2000, day - 2000])
        #expect(spans.map(\.upperBound.milliseconds) == [12_000, day + 2001])
    }
}
