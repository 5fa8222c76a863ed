import Bus
import Testing

@Suite struct ChannelPatternTests {
    @Test(
        arguments: [
            ("global", false), ("topics/a", false), ("topics/*", true), ("topics/>", true), ("topics/*/b", true),
            ("topics/a/>", true), ("*", true), (">", true), ("*/a", true), ("*/*", true), ("*/>", true),
            ("agents/*", true), ("*/" + String(repeating: "x", count: 253), true),
        ]
    )
    func `takes the patterns of the grammar`(text: String, hasWildcards: Bool) throws {
        let pattern = try #require(ChannelPattern(text))
        #expect(pattern.hasWildcards == hasWildcards)
        #expect(pattern.text == text)
    }

    @Test(
        arguments: [
            "", "/", "*/", "*//a", ">/a", ">/", "topics/>/a", "topics/a*", "topics/*a", "topics/**", "topics/>>",
            "topics/a>", "*a", "*a/b", "global/*", "metrics/>", "other/*", "topics/*/", "*/ ", "* ", "*/a b",
            "*/" + String(repeating: "x", count: 254),
        ]
    )
    func `refuses what could match nothing`(text: String) {
        #expect(ChannelPattern(text) == nil)
    }

    @Test(
        arguments: [
            ("global", "global", true), ("global", "metrics", false), ("*", "global", true), ("*", "topics/a", false),
            (">", "global", true), (">", "topics/a/b", true), ("topics/*", "topics/a", true),
            ("topics/*", "topics/a/b", false), ("topics/>", "topics/a", true), ("topics/>", "topics/a/b/c", true),
            ("topics/a/>", "topics/a", false), ("topics/*/c", "topics/b/c", true), ("topics/*/c", "topics/b/d", false),
            ("*/a", "agents/a", true), ("*/a", "agents/b", false), ("*/>", "jobs/1", true), ("*/>", "global", false),
            ("topics/*/>", "topics/a", false), ("topics/*/>", "topics/a/b", true),
            // A mark that combines with the slash before it, and is a segment of its own all the same.
            ("topics/*", "topics/a/\u{301}b", false), ("topics/*/*", "topics/a/\u{301}b", true),
        ]
    )
    func `matches as NATS does`(pattern: String, channel: String, expected: Bool) throws {
        let pattern = try #require(ChannelPattern(pattern))
        let channel = try #require(ChannelName(channel))
        #expect(pattern.matches(channel) == expected)
        var table = SubscriptionTable<Int>()
        table.insert(1, for: pattern)
        #expect(table.members(for: channel) == (expected ? [1] : []))
    }

    @Test func `stands for a channel`() throws {
        let channel = try #require(ChannelName("topics/a"))
        #expect(ChannelPattern(channel) == ChannelPattern("topics/a"))
    }
}
