import TestSupport
import Testing

@testable import Bus

@Suite struct SubscriptionTableTests {
    private struct Pair: Hashable {
        let member: Int
        let pattern: ChannelPattern
    }

    private static let segments = ["a", "b", "c"]

    private static func pattern(using random: inout SeededGenerator) -> ChannelPattern {
        let root = ["topics", "topics", "agents", "*"].randomElement(using: &random) ?? "topics"
        var text = root
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            text += "/" + ((segments + ["*"]).randomElement(using: &random) ?? "a")
        }
        if Int.random(in: 0..<5, using: &random) == 0 { text += "/>" }
        return ChannelPattern(text) ?? ChannelPattern(.global)
    }

    private static func channel(using random: inout SeededGenerator) -> ChannelName {
        let depth = Int.random(in: 1...4, using: &random)
        let rest = (0..<depth).map { _ in segments.randomElement(using: &random) ?? "a" }
        let root = Bool.random(using: &random) ? "topics/" : "agents/"
        return ChannelName(root + rest.joined(separator: "/")) ?? .global
    }

    /// The meaning of a pattern once more, without the code under test.
    private static func matches(_ pattern: ArraySlice<String>, _ channel: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return channel.isEmpty }
        if first == ">" { return !channel.isEmpty }
        guard let name = channel.first, first == "*" || first == name else { return false }
        return matches(pattern.dropFirst(), channel.dropFirst())
    }

    private static func parts(_ text: String) -> [String] { text.split(separator: "/").map(String.init) }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `agrees with a set of pairs`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = SubscriptionTable<Int>()
        var model: Set<Pair> = []
        var partsOf: [ChannelPattern: [String]] = [:]
        for _ in 0..<2500 {
            let member = Int.random(in: 0..<60, using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<11:
                let pattern = Self.pattern(using: &random)
                #expect(
                    table.insert(member, for: pattern) == model.insert(Pair(member: member, pattern: pattern)).inserted
                )
            case 11..<15:
                let known = model.randomElement(using: &random)
                let pair = known ?? Pair(member: member, pattern: Self.pattern(using: &random))
                #expect(table.remove(pair.member, from: pair.pattern) == (model.remove(pair) != nil))
            case 15:
                let had = Set(model.filter { $0.member == member }.map(\.pattern))
                #expect(table.patterns(of: member) == had)
                #expect(table.removeAll(of: member) == had)
                model = model.filter { $0.member != member }
            case 16:
                let wasThere = table.remove(1000, from: Self.pattern(using: &random))
                #expect(!wasThere)
            default: break
            }
            #expect(table.brokenInvariant() == nil)
            #expect(table.count == model.count)
            let patterns = Set(model.map(\.pattern))
            let channel = Self.channel(using: &random)
            let names = Self.parts(channel.text)
            let matching = patterns.filter { pattern in
                let parts = partsOf[pattern] ?? Self.parts(pattern.text)
                partsOf[pattern] = parts
                return Self.matches(parts[...], names[...])
            }
            let expected = Set(model.filter { matching.contains($0.pattern) }.map(\.member))
            let found = table.members(for: channel)
            #expect(Set(found) == expected)
            #expect(found.count == expected.count, "a member is found once")
            #expect(table.hasMembers(for: channel) == !expected.isEmpty)
            #expect(table.channelCount == patterns.count)
        }
        for member in 0..<60 { table.removeAll(of: member) }
        #expect(table.count == 0 && table.channelCount == 0 && table.memberCounts.isEmpty)
        #expect(table.brokenInvariant() == nil)
    }

    @Test func `counts members of channels and patterns`() throws {
        var table = SubscriptionTable<String>()
        let all = try #require(ChannelPattern("topics/>"))
        table.insert("a", for: all)
        table.insert("b", for: all)
        table.insert("a", for: ChannelPattern(.global))
        #expect(table.memberCounts == ["topics/>": 2, "global": 1])
        #expect(table.channelCount == 2)
    }

    @Test func `remembers a bounded number of channels`() throws {
        var table = SubscriptionTable<Int>()
        table.insert(1, for: try #require(ChannelPattern("topics/*")))
        for number in 0...(SubscriptionTable<Int>.cacheLimit + 10) {
            let channel = try #require(ChannelName("topics/\(number)"))
            #expect(table.members(for: channel) == [1])
        }
        #expect(table.brokenInvariant() == nil)
    }

    @Test func `a remembered channel sees new and lost members`() throws {
        var table = SubscriptionTable<Int>()
        let channel = try #require(ChannelName("topics/a"))
        let all = try #require(ChannelPattern("topics/*"))
        table.insert(1, for: all)
        #expect(table.members(for: channel) == [1])
        table.insert(2, for: ChannelPattern(channel))
        #expect(Set(table.members(for: channel)) == [1, 2])
        table.insert(3, for: all)
        #expect(Set(table.members(for: channel)) == [1, 2, 3])
        table.remove(2, from: ChannelPattern(channel))
        #expect(Set(table.members(for: channel)) == [1, 3])
        table.removeAll(of: 1)
        table.removeAll(of: 3)
        #expect(table.members(for: channel).isEmpty)
    }
}

@Suite struct MemberListTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `agrees with a set, below and above the size of the index`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var list = MemberList<Int>()
        var model: Set<Int> = []
        for step in 0..<4000 {
            let member = Int.random(in: 0..<80, using: &random)
            // It grows beyond the index's threshold and shrinks to nothing, again and again.
            let grows = (step / 150).isMultiple(of: 2)
            if Int.random(in: 0..<4, using: &random) < (grows ? 3 : 1) {
                if model.insert(member).inserted { list.insert(member) }
            } else {
                model.remove(member)
                list.remove(member)
            }
            #expect(list.brokenInvariant() == nil)
            #expect(Set(list.members) == model && list.members.count == model.count)
        }
    }
}
