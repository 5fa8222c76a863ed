import Bus
import Storage
import Testing

@testable import Agents

struct BlockingTests {
    private let store = ExchangeProbe()
    private let publisher = PublisherProbe()
    private let blocking: Blocking

    init() { blocking = Blocking(store: store, publisher: publisher) }

    private func code(_ error: any Error) -> AgentsError.Code? { (error as? AgentsError)?.code }

    @Test func aBlockedPairExchangesNothingInEitherDirection() async throws {
        #expect(blocking.refusal(from: "b", to: "a") == nil)
        _ = try await blocking.block("b", by: "a", reason: "noise")
        #expect(blocking.blocks("a", "b"))
        #expect(!blocking.blocks("b", "a"))
        #expect(blocking.separates("a", "b") && blocking.separates("b", "a"))
        let refused = try #require(blocking.refusal(from: "b", to: "a"))
        #expect(refused.code == .blocked)
        #expect(refused.message == "a has blocked b: the message was not accepted")
        #expect(blocking.refusal(from: "a", to: "b")?.message == "a has blocked b: unblock it before you write to it")
        #expect(blocking.refusal(from: "c", to: "a") == nil)
        #expect(blocking.isBlocked("b") && !blocking.isBlocked("a"))
        #expect(publisher.lines == [#"agents/b agent.blocked {"by":"a","reason":"noise"}"#])
    }

    @Test func unblockingEndsIt() async throws {
        let record = try await blocking.block("b", by: "a", reason: nil)
        _ = try await blocking.block("c", by: "a", reason: nil)
        #expect(try await blocking.unblock(record.id) == record)
        #expect(!blocking.separates("a", "b"))
        #expect(blocking.blocks("a", "c"))
        _ = try await blocking.unblock("c", by: "a")
        #expect(blocking.count == 0)
        #expect(
            publisher.lines.suffix(2) == [
                #"agents/b agent.unblocked {"by":"a"}"#, #"agents/c agent.unblocked {"by":"a"}"#,
            ]
        )
        await #expect { try await blocking.unblock(record.id) } throws: { code($0) == .notFound }
        await #expect { try await blocking.unblock("c", by: "a") } throws: { code($0) == .notFound }
    }

    @Test func nobodyBlocksItself() async throws {
        await #expect { try await blocking.block("a", by: "a", reason: nil) } throws: {
            ($0 as? AgentsError)?.message == "An agent cannot block itself"
        }
        // They look alike and are two.
        _ = try await blocking.block("e\u{301}", by: "é", reason: nil)
    }

    @Test func reasonsAreShort() async throws {
        _ = try await blocking.block("b", by: "a", reason: String(repeating: "é", count: 500))
        await #expect { try await blocking.block("b", by: "a", reason: String(repeating: "é", count: 501)) } throws: {
            ($0 as? AgentsError)?.problems.map(\.field) == ["reason"]
        }
    }

    @Test func whatIsKnownCountsWhileTheStoreIsAway() async throws {
        _ = try await blocking.block("b", by: "a", reason: nil)
        store.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        #expect(blocking.refusal(from: "b", to: "a") != nil)
        await #expect { try await blocking.block("c", by: "a", reason: nil) } throws: { code($0) == .unavailable }
        #expect(!blocking.blocks("a", "c"))
        await #expect { try await blocking.unblock("b", by: "a") } throws: { code($0) == .unavailable }
        #expect(blocking.blocks("a", "b"))
        await #expect(throws: StorageError.self) { try await blocking.reload() }
        #expect(blocking.blocks("a", "b"))
    }

    @Test func reloadingTakesOverWhatOthersDid() async throws {
        _ = try await blocking.block("b", by: "a", reason: nil)
        let other = Blocking(store: store, publisher: publisher)
        try await other.reload()
        #expect(other.blocks("a", "b"))
        _ = try await blocking.unblock("b", by: "a")
        _ = try await blocking.block("d", by: "c", reason: nil)
        #expect(other.blocks("a", "b"))
        try await other.reload()
        #expect(!other.blocks("a", "b"))
        #expect(other.blocks("c", "d"))
    }

    @Test func aChangeDuringAReloadIsNotLost() async throws {
        store.contents.withLock { contents in
            contents.reading = { [blocking] in _ = try? await blocking.block("b", by: "a", reason: nil) }
        }
        try await blocking.reload()
        #expect(blocking.blocks("a", "b"))
        #expect(store.contents.withLock { $0.reads } == 2)
    }

    @Test func thereIsABound() async throws {
        store.contents.withLock { contents in
            contents.blockings = (0..<Blocking.limit).map { number in
                BlockingRecord(
                    id: UUIDv7(high: 0, low: UInt64(number)),
                    blockedBy: "a",
                    blockedAgent: "b\(number)",
                    reason: nil,
                    createdAt: Timestamp(milliseconds: 0)
                )
            }
        }
        try await blocking.reload()
        #expect(blocking.count == Blocking.limit)
        await #expect { try await blocking.block("c", by: "a", reason: nil) } throws: { code($0) == .conflict }
        // One that is there gets its new reason.
        _ = try await blocking.block("b7", by: "a", reason: "why")
        _ = try await blocking.unblock("b7", by: "a")
        _ = try await blocking.block("c", by: "a", reason: nil)
    }
}
