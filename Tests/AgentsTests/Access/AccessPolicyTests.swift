import Bus
import Testing

@testable import Agents

struct AccessPolicyTests {
    private static let agent = Identity.authenticated(agentID: "a", sessionID: nil, isVerified: true)
    private static let claimed = Identity.claimed(agentID: "a", sessionID: "s")

    private func mayPublish(_ event: String, _ channel: String, _ identity: Identity) throws -> Bool {
        let channel = try #require(ChannelName(channel))
        return AccessPolicy.mayPublish(event, on: channel, as: identity) == nil
    }

    @Test(arguments: [
        ("task.created", "global", true, true), ("system.info", "global", true, true),
        ("my.event", "global", false, false), ("my.event", "topics/x", true, true),
        ("Bad Event", "topics/x", false, false), ("", "topics/x", false, false),
        ("agent.connected", "global", false, true), ("agent.disconnected", "topics/x", false, true),
        ("metric.update", "global", false, true), ("metric.anything", "topics/x", false, true),
        ("metric.update", "metrics", false, false), ("job.progress", "jobs/1", false, true),
        ("job.progress", "global", false, true), ("action.created", "global", false, true),
        ("task.created", "jobs/1", false, true), ("message.new", "agents/b", false, true),
        ("message.new", "agents/a", false, true), ("my.event", "agents/b", false, false),
        ("message.new", "sessions/s", false, true), ("message.acknowledged", "agents/b", false, true),
    ])
    func publishing(event: String, channel: String, anonymous: Bool, authenticated: Bool) throws {
        #expect(try mayPublish(event, channel, .anonymous) == anonymous)
        #expect(try mayPublish(event, channel, Self.claimed) == anonymous)
        #expect(try mayPublish(event, channel, Self.agent) == authenticated)
    }

    @Test func refusalsHaveTheTextsOfTheContract() throws {
        let event = AccessPolicy.mayPublish("my.event", on: .global, as: .anonymous)
        #expect(event?.message == "Invalid event type: my.event")
        #expect(throws: AccessPolicy.Refusal(message: "Not authorized to subscribe to this agent channel")) {
            try AccessPolicy.mayListen(to: "agents/b", as: Self.agent)
        }
        #expect(throws: AccessPolicy.Refusal(message: "Invalid channel format: nonsense")) {
            try AccessPolicy.mayListen(to: "nonsense", as: Self.agent)
        }
    }

    @Test(arguments: [
        ("global", ["global"], ["global"]), ("metrics", ["metrics"], ["metrics"]),
        ("topics/x", ["topics/x"], ["topics/x"]), ("topics/>", ["topics/>"], ["topics/>"]),
        ("topics/*/y", ["topics/*/y"], ["topics/*/y"]), ("jobs/*", ["jobs/*"], ["jobs/*"]),
        ("agents/a", [], ["agents/a"]), ("agents/b", [], []), ("agents/*", [], ["agents/a"]),
        ("agents/>", [], ["agents/a"]), ("agents/a/x", [], []), ("agents/*/x", [], []),
        ("sessions/s", [], ["sessions/s"]), ("sessions/*", [], ["sessions/*"]),
        ("*", ["global", "metrics"], ["global", "metrics"]),
        ("*/a", ["topics/a", "jobs/a"], ["topics/a", "jobs/a", "agents/a", "sessions/a"]),
        ("*/b", ["topics/b", "jobs/b"], ["topics/b", "jobs/b", "sessions/b"]),
        ("*/*", ["topics/*", "jobs/*"], ["topics/*", "jobs/*", "agents/a", "sessions/*"]),
        (
            ">", ["global", "metrics", "topics/>", "jobs/>"],
            ["global", "metrics", "topics/>", "jobs/>", "agents/a", "sessions/>"]
        ),
        ("", [], []), ("topics/", [], []), ("unknown/x", [], []), ("a b", [], []),
    ])
    func listening(pattern: String, anonymous: [String], authenticated: [String]) {
        func heard(_ identity: Identity) -> [String] {
            ((try? AccessPolicy.mayListen(to: pattern, as: identity)) ?? []).map(\.text)
        }
        #expect(heard(.anonymous) == anonymous)
        #expect(heard(Self.claimed) == anonymous)
        #expect(heard(Self.agent) == authenticated)
    }
}
