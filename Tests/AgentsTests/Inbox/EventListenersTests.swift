import Bus
import Storage
import Testing

@testable import Agents

struct EventListenersTests {
    private let ids = UUIDGenerator()
    private let start = Timestamp(milliseconds: 1_795_428_000_000)

    private func later(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: start.milliseconds + seconds * 1000) }

    private func patterns(_ texts: String...) -> [ChannelPattern] { texts.compactMap(ChannelPattern.init) }

    private func recipients(
        _ listeners: inout EventListeners,
        _ channel: String = "global",
        at seconds: Int64 = 0
    ) throws -> [String] {
        listeners.recipients(
            of: ids.next(at: later(seconds)),
            on: try #require(ChannelName(channel)),
            at: later(seconds)
        )
    }

    @Test func theyAreThoseWhoListenEachOnce() throws {
        var listeners = EventListeners()
        #expect(try recipients(&listeners).isEmpty)
        listeners.listen("bob", connection: 1, to: patterns("global", "topics/*"), at: start)
        listeners.listen("bob", connection: 2, to: patterns("global"), at: start)
        listeners.listen("alice", connection: 3, to: patterns("global"), at: start)
        #expect(try recipients(&listeners) == ["alice", "bob"])
        #expect(try recipients(&listeners, "topics/a") == ["bob"])
        #expect(try recipients(&listeners, "topics/a/b").isEmpty)
        listeners.ignore("bob", connection: 1, patterns("topics/*")[0])
        #expect(try recipients(&listeners, "topics/a").isEmpty)
        #expect(listeners.counters.tracked == 3)
    }

    @Test func whoLeavesIsRememberedForAnHour() throws {
        var listeners = EventListeners()
        listeners.listen("bob", connection: 1, to: patterns("global", "topics/a"), at: start)
        listeners.leave("bob", connection: 1, at: start)
        listeners.leave("bob", connection: 1, at: later(1000))
        #expect(try recipients(&listeners, at: 3600) == ["bob"])
        #expect(try recipients(&listeners, at: 3601).isEmpty)
        #expect(listeners.count == 0)
    }

    @Test func whoComesBackIsTakenAtItsWord() throws {
        var listeners = EventListeners()
        listeners.listen("bob", connection: 1, to: patterns("global", "topics/a"), at: start)
        listeners.leave("bob", connection: 1, at: start)
        // Without its old subscriptions it may ask for them yet.
        listeners.listen("bob", connection: 2, to: patterns("agents/bob"), at: start)
        #expect(try recipients(&listeners) == ["bob"])
        listeners.ignore("bob", connection: 2, patterns("topics/a")[0])
        #expect(try recipients(&listeners, "topics/a").isEmpty)
        #expect(try recipients(&listeners, at: 4000).isEmpty)
        #expect(try recipients(&listeners, "agents/bob", at: 4000) == ["bob"])
        listeners.leave("bob", connection: 2, at: later(4000))
        listeners.forgetMemory(of: "bob")
        #expect(try recipients(&listeners, "agents/bob", at: 4000).isEmpty)
    }

    @Test func aServerThatBeginsAgainKnowsThem() throws {
        var listeners = EventListeners()
        listeners.listen("bob", connection: 1, to: patterns("global", "topics/a"), at: start)
        listeners.listen("alice", connection: 2, to: patterns("global"), at: start)
        listeners.listen("eve", connection: 3, to: patterns("global"), at: start)
        listeners.leave("alice", connection: 2, at: start)
        listeners.ignore("eve", connection: 3, patterns("global")[0])
        let changes = listeners.takeChanges().sorted { $0.agentID < $1.agentID }
        #expect(
            changes == [
                KeptListener(agentID: "alice", patterns: patterns("global"), leftAt: start),
                KeptListener(agentID: "bob", patterns: patterns("global", "topics/a"), leftAt: nil),
                KeptListener(agentID: "eve", patterns: [], leftAt: nil),
            ]
        )
        #expect(listeners.takeChanges().isEmpty)

        var others = EventListeners()
        others.recall(Array(changes[...1]), at: later(1800))
        #expect(others.takeChanges().map(\.leftAt) == [later(1800)], "bob has left with the server")
        #expect(try recipients(&others, at: 3600) == ["alice", "bob"])
        #expect(try recipients(&others, at: 3601) == ["bob"])
        #expect(others.takeChanges() == [KeptListener(agentID: "alice", patterns: [], leftAt: nil)])
        var late = EventListeners()
        late.recall(Array(changes[...0]), at: later(3601))
        #expect(late.count == 0)
        #expect(late.takeChanges().map(\.patterns) == [[]])
    }

    @Test func anAgentHasABoundedNumberOfEvents() throws {
        var listeners = EventListeners(mostPending: 2)
        listeners.listen("bob", connection: 1, to: patterns("global"), at: start)
        let first = ids.next(at: start)
        #expect(listeners.recipients(of: first, on: .global, at: start) == ["bob"])
        #expect(try recipients(&listeners) == ["bob"])
        #expect(try recipients(&listeners).isEmpty)
        #expect(listeners.counters.untracked == 1)
        listeners.ended(first, of: "bob")
        #expect(try recipients(&listeners) == ["bob"])
        #expect(try recipients(&listeners, at: 3600) == ["bob"], "what has expired doesn't count")
        #expect(listeners.counters.tracked == 4)
    }

    @Test func beyondTheBoundOfAgentsThoseAwayAreForgotten() throws {
        var listeners = EventListeners(mostAgents: 2)
        for (number, name) in ["a", "b"].enumerated() {
            listeners.listen(name, connection: number, to: patterns("global"), at: start)
        }
        listeners.listen("c", connection: 2, to: patterns("global"), at: start)
        #expect(try recipients(&listeners) == ["a", "b"])
        #expect(listeners.counters.refused == 1)
        listeners.leave("b", connection: 1, at: later(1))
        listeners.listen("c", connection: 2, to: patterns("global"), at: later(2))
        #expect(try recipients(&listeners) == ["a", "c"])
        // Refused connections leave as they came.
        listeners.leave("d", connection: 9, at: later(3))
        #expect(listeners.count == 2)
    }
}
