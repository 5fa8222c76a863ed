import Bus
import Testing

@testable import Agents

struct RestoredSubscriptionsTests {
    private func pattern(_ text: String) throws -> ChannelPattern { try #require(ChannelPattern(text)) }

    @Test func remembersInOrderAndOnce() throws {
        var memory = RestoredSubscriptions()
        for text in ["topics/b", "topics/a", "topics/b", "topics/>"] { memory.remember(try pattern(text), of: "x") }
        #expect(memory.patterns(of: "x").map(\.text) == ["topics/b", "topics/a", "topics/>"])
        #expect(memory.patterns(of: "y").isEmpty)
    }

    @Test func unsubscribingForgets() throws {
        var memory = RestoredSubscriptions()
        memory.remember(try pattern("topics/a"), of: "x")
        memory.remember(try pattern("topics/b"), of: "x")
        memory.forget(try pattern("topics/a"), of: "x")
        memory.forget(try pattern("topics/never"), of: "x")
        memory.forget(try pattern("topics/a"), of: "nobody")
        #expect(memory.patterns(of: "x").map(\.text) == ["topics/b"])
        memory.forget(try pattern("topics/b"), of: "x")
        #expect(memory.count == 0)
    }

    @Test func theAgentThatWasAwayLongestGoes() throws {
        var memory = RestoredSubscriptions(maximumAgents: 3)
        for agent in ["a", "b", "c"] { memory.remember(try pattern("topics/1"), of: agent) }
        _ = memory.patterns(of: "a")
        memory.remember(try pattern("topics/1"), of: "d")
        #expect(memory.patterns(of: "b").isEmpty)
        #expect(memory.forgottenAgents == 1)
        memory.remember(try pattern("topics/2"), of: "c")
        memory.remember(try pattern("topics/1"), of: "e")
        #expect(memory.patterns(of: "a").isEmpty)
        #expect(memory.patterns(of: "c").count == 2)
    }

    @Test func theFirstPatternOfAnAgentGoes() throws {
        var memory = RestoredSubscriptions(maximumPatterns: 2)
        for text in ["topics/1", "topics/2", "topics/3"] { memory.remember(try pattern(text), of: "x") }
        #expect(memory.patterns(of: "x").map(\.text) == ["topics/2", "topics/3"])
        #expect(memory.forgottenPatterns == 1)
    }

    /// Against a model that keeps agents in a list, the last used at its end.
    @Test func behavesLikeAList() throws {
        let only = try pattern("global")
        var memory = RestoredSubscriptions(maximumAgents: 5)
        var model: [String] = []
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            let agent = "\(Int.random(in: 0..<9, using: &generator))"
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                memory.forget(only, of: agent)
                model.removeAll { $0 == agent }
            case 1:
                #expect(memory.patterns(of: agent).isEmpty == !model.contains(agent))
                if model.contains(agent) { model = model.filter { $0 != agent } + [agent] }
            default:
                memory.remember(only, of: agent)
                model = model.filter { $0 != agent } + [agent]
                if model.count > 5 { model.removeFirst() }
            }
            #expect(memory.count == model.count)
        }
        for agent in model { #expect(memory.patterns(of: agent) == [only]) }
    }
}
