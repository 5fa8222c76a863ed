import Bus
import Foundation
import Testing

@testable import Gateway

struct AgentProtocolTests {
    private func withServer(
        isDevelopment: Bool = true,
        loops: Int = 1,
        _ body: (TestServer, Bus) async throws -> Void
    ) async throws {
        try await TestServer.run(loops: loops, isDevelopment: isDevelopment) { (server) async throws in
            try await withClientBus { bus in try await body(server, bus) }
        }
    }

    @Test func greets() async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect(on: bus)
            let hello = try await agent.next()
            #expect(hello["type"] as? String == "connected")
            let id = try #require(hello["client_id"] as? String)
            #expect(id.wholeMatch(of: /ws_[0-9]+_[0-9a-z]{6}/) != nil)
        }
    }

    @Test(arguments: [1, 2]) func deliversWhatIsPublished(loops: Int) async throws {
        try await withServer(loops: loops) { (server, bus) async throws in
            var listener = try await server.connect("/?global=0", on: bus)
            var publisher = try await server.connect("/ws?global=0", on: bus)
            let ack = try await listener.ask(#"{"type":"subscribe","id":7,"channel":"topics/builds"}"#)
            #expect(ack["success"] as? Bool == true)
            #expect(ack["id"] as? Int == 7)
            let published = try await publisher.ask(
                #"{"type":"publish","id":"p","channel":"topics/builds","event":"build.done","data":{"n":1e2,"z":[null]}}"#
            )
            #expect(published["id"] as? String == "p")
            let event = try await listener.event("build.done")
            #expect(event["type"] as? String == "event")
            #expect(event["channel"] as? String == "topics/builds")
            #expect((event["data"] as? [String: any Sendable])?["n"] as? Int == 100)
            #expect((event["id"] as? String)?.hasPrefix("msg_") == true)
        }
    }

    @Test func stopsAfterUnsubscribe() async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect("/?global=0", on: bus)
            _ = try await agent.ask(#"{"type":"subscribe","id":1,"channel":"topics/>"}"#)
            _ = try await agent.ask(#"{"type":"subscribe","id":2,"channel":"topics/a"}"#)
            _ = try await agent.ask(#"{"type":"unsubscribe","id":3,"channel":"topics/>"}"#)
            try await agent.send(#"{"type":"publish","channel":"topics/b","event":"x.b","data":1}"#)
            try await agent.send(#"{"type":"publish","channel":"topics/a","event":"x.a","data":1}"#)
            let event = try await agent.next { $0["event"] != nil }
            #expect(event["event"] as? String == "x.a")
        }
    }

    @Test(arguments: [
        ("nonsense", "PARSE_ERROR"), ("null", "PARSE_ERROR"), ("[]", "PARSE_ERROR"),
        (#"{"a":1}"#, "UNKNOWN_MESSAGE_TYPE"),
        (#"{"type":"dance"}"#, "UNKNOWN_MESSAGE_TYPE"), (#"{"type":"subscribe"}"#, "PARSE_ERROR"),
        (#"{"type":"publish","channel":1,"event":"a.b"}"#, "PARSE_ERROR"), (#"{"type":"auth"}"#, "4003"),
        (#"{"type":"auth","token":"x.y"}"#, "4001"),
        (#"{"type":"publish","channel":"agents/a","event":"message.new"}"#, "REFUSED"),
    ])
    func answersBadMessagesAndGoesOn(_ message: String, _ code: String) async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect("/?global=0", on: bus)
            _ = try await agent.next()
            try await agent.send(message)
            let error = try await agent.next()
            #expect(error["type"] as? String == "error")
            #expect(error["code"] as? String == code)
            try await agent.send(#"{"type":"ping","id":1}"#)
            #expect(try await agent.next()["type"] as? String == "pong")
        }
    }

    @Test(arguments: [
        (#"{"type":"subscribe","id":1,"channel":"tasks.*"}"#, "Invalid channel format: tasks.*"),
        (#"{"type":"subscribe","id":1,"channel":"agents/b"}"#, "Not authorized to subscribe to this agent channel"),
        (#"{"type":"publish","id":1,"channel":"global","event":"nonsense.x"}"#, "Invalid event type: nonsense.x"),
        (
            #"{"type":"publish","id":1,"channel":"metrics","event":"metric.update"}"#,
            "Not authorized to publish to this channel"
        ),
        (
            #"{"type":"publish","id":1,"channel":"global","event":"agent.connected"}"#,
            "Not authorized to publish to this channel"
        ),
        (#"{"type":"publish","id":1,"channel":"topics/*","event":"a.b"}"#, "Invalid channel format: topics/*"),
    ])
    func tellsAnonymousClientsWhatTheyMayNot(_ message: String, _ reason: String) async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect("/?global=0&agent_id=b", on: bus)
            let answer = try await agent.ask(message)
            #expect(answer["success"] as? Bool == false)
            #expect(answer["error"] as? String == reason)
        }
    }

    @Test func letsAnAgentInWithItsToken() async throws {
        try await withServer { (server, bus) async throws in
            let minted = try RawHTTP.request(
                "POST",
                "/api/auth/token",
                port: server.restPort,
                body: #"{"agent_id":"a","session_id":"s"}"#
            )
            let token = try #require(try minted.json["token"] as? String)
            var watcher = try await server.connect(on: bus)
            _ = try await watcher.next()
            var agent = try await server.connect("/?global=0", on: bus)
            #expect(try await agent.ask(#"{"type":"auth","id":1,"token":"\#(token)"}"#)["success"] as? Bool == true)
            let presence = try await watcher.event("agent.connected")
            #expect((presence["data"] as? [String: any Sendable])?["agent_id"] as? String == "a")
            try await agent.send(#"{"type":"publish","channel":"agents/a","event":"message.new","data":{}}"#)
            let message = try await agent.event("message.new")
            #expect(message["sender"] as? String == "a")
            #expect(message["verified"] as? Bool == true)
            await agent.client.close()
            let gone = try await watcher.event("agent.disconnected")
            #expect((gone["data"] as? [String: any Sendable])?["session_id"] as? String == "s")
        }
    }

    @Test func wantsProofOutsideDevelopment() async throws {
        try await withServer(isDevelopment: false) { (server, bus) async throws in
            let refused = try RawHTTP.request(
                "POST",
                "/api/auth/token",
                port: server.restPort,
                body: #"{"agent_id":"a"}"#
            )
            #expect(refused.status == 401)
            let minted = try RawHTTP.request(
                "POST",
                "/api/auth/token",
                port: server.restPort,
                body: #"{"agent_id":"a"}"#,
                fields: ["Authorization: Bearer a secret of tests"]
            )
            #expect(minted.status == 200)
            var agent = try await server.connect("/?global=0", on: bus)
            #expect(try await agent.ask(#"{"type":"auth","id":1,"agent_id":"a"}"#)["code"] as? String == "4002")
        }
    }

    @Test func restoresSubscriptions() async throws {
        try await withServer { (server, bus) async throws in
            var first = try await server.connect("/?global=0", on: bus)
            _ = try await first.ask(#"{"type":"auth","id":1,"agent_id":"a"}"#)
            _ = try await first.ask(#"{"type":"subscribe","id":2,"channel":"topics/kept"}"#)
            _ = try await first.ask(#"{"type":"subscribe","id":3,"channel":"topics/left"}"#)
            _ = try await first.ask(#"{"type":"unsubscribe","id":4,"channel":"topics/left"}"#)
            await first.client.close()
            var second = try await server.connect("/?global=0", on: bus)
            _ = try await second.ask(#"{"type":"auth","id":1,"agent_id":"a"}"#)
            try await second.send(#"{"type":"publish","channel":"topics/left","event":"x.left"}"#)
            try await second.send(#"{"type":"publish","channel":"topics/kept","event":"x.kept"}"#)
            #expect(try await second.next { $0["event"] != nil }["event"] as? String == "x.kept")
        }
    }

    @Test func keepsAnotherAgentsChannelsApart() async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect("/?global=0", on: bus)
            _ = try await agent.ask(#"{"type":"auth","id":1,"agent_id":"a"}"#)
            _ = try await agent.ask(#"{"type":"auth","id":2,"agent_id":"b"}"#)
            try await agent.send(#"{"type":"publish","channel":"agents/a","event":"message.new","data":1}"#)
            try await agent.send(#"{"type":"publish","channel":"agents/b","event":"message.new","data":2}"#)
            let event = try await agent.event("message.new")
            #expect(event["channel"] as? String == "agents/b")
        }
    }

    @Test func publishesRecordedActionsOnGlobal() async throws {
        try await withServer { (server, bus) async throws in
            var watcher = try await server.connect(on: bus)
            _ = try await watcher.next()
            _ = try RawHTTP.request(
                "POST",
                "/api/actions",
                port: server.restPort,
                body: #"{"tool_name":"T","tool_type":"mcp"}"#
            )
            let event = try await watcher.event("action.created")
            #expect((event["data"] as? [String: any Sendable])?["tool_name"] as? String == "T")
        }
    }

    @Test func saysGoodbyeWhenTheServerGoes() async throws {
        try await withClientBus { bus in
            nonisolated(unsafe) var kept: TestAgent?
            try await TestServer.run { (server) async throws in
                var agent = try await server.connect(on: bus)
                _ = try await agent.next()
                unsafe kept = agent
            }
            var agent = try #require(unsafe kept)
            do {
                while true { _ = try await agent.next() }
            } catch let error as GatewayError {
                #expect(error.message.contains("1001"))
            }
        }
    }
}
