import Bus
import Testing

@Suite struct ChannelNameTests {
    @Test(
        arguments: [
            ("global", .global, ""), ("metrics", .metrics, ""), ("topics/build", .topics, "build"),
            ("topics/a/b/c", .topics, "a/b/c"), ("agents/a-1", .agents, "a-1"), ("sessions/x", .sessions, "x"),
            ("jobs/7", .jobs, "7"), ("topics/é", .topics, "é"), ("topics/topics/x", .topics, "topics/x"),
            ("topics/" + String(repeating: "x", count: 248), .topics, String(repeating: "x", count: 248)),
        ] as [(String, ChannelName.Kind, String)]
    )
    func `takes the channels of the grammar`(text: String, kind: ChannelName.Kind, name: String) throws {
        let channel = try #require(ChannelName(text))
        #expect(channel.kind == kind)
        #expect(channel.name == name)
        #expect(channel.text == text && channel.description == text)
    }

    @Test(
        arguments: [
            "", "/", "topics", "topics/", "/topics", "topics//a", "topics/a/", "global/x", "Global", "metrics/",
            "agents", "other/x", "topics/*", "topics/>", "topics/a*", "topics/*a", "topics/a b", "topics/a\nb",
            "topics/\u{7F}", "topics/\u{0}", "*", ">", "topicsx/a",
            "topics/" + String(repeating: "x", count: 249), "topics/" + String(repeating: "é", count: 125),
        ]
    )
    func `refuses everything else`(text: String) {
        #expect(ChannelName(text) == nil)
    }

    @Test func `has the two names that the server itself uses`() {
        #expect(ChannelName("global") == .global)
        #expect(ChannelName("metrics") == .metrics)
    }
}
