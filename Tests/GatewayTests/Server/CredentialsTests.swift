import Agents
import Bus
import HTTPTypes
import Testing

@testable import Gateway

/// A server beyond loopback serves those who show its secret or a token.
struct CredentialsTests {
    private func withServer(_ body: (TestServer, Bus) async throws -> Void) async throws {
        try await TestServer.run(host: "0.0.0.0", isDevelopment: false) { (server) async throws in
            try await withClientBus { bus in try await body(server, bus) }
        }
    }

    private func token(_ agent: String) throws -> String {
        try TokenAuthority(secret: TestServer.secret).mint(agentID: agent)
    }

    @Test(arguments: [
        ("GET", "/stats"), ("GET", "/api/actions"), ("POST", "/api/actions"), ("POST", "/hooks/claude"),
        ("POST", "/hooks/env"), ("DELETE", "/api/actions/by-session/s"), ("GET", "/metrics"), ("GET", "/nowhere"),
        ("POST", "/health"), ("OPTIONS", "/api/actions"), ("POST", "/api/auth/token"), ("GET", "/health/"),
    ])
    func refusesStrangers(_ method: String, _ path: String) async throws {
        try await withServer { (server, _) async throws in
            for fields in [[], ["Authorization: Bearer x"], ["Authorization: Basic \(TestServer.secret)"]] {
                let answer = try RawHTTP.request(method, path, port: server.restPort, body: "{}", fields: fields)
                #expect(answer.status == 401)
                #expect(answer.fields["www-authenticate"] == "Bearer")
                #expect(try answer.json["error"] is String)
            }
        }
    }

    @Test func servesWhoShowsCredentials() async throws {
        try await withServer { (server, _) async throws in
            for bearer in [TestServer.secret, try token("a")] {
                let fields = ["authorization: bearer \(bearer)"]
                for port in [server.restPort, server.webSocketPort] {
                    #expect(try RawHTTP.request("GET", "/stats", port: port, fields: fields).status == 200)
                    #expect(try RawHTTP.request("GET", "/nowhere", port: port, fields: fields).status == 404)
                }
            }
            #expect(try RawHTTP.request("GET", "/stats", port: server.webSocketPort).status == 401)
        }
    }

    @Test func tellsEverybodyHowItIs() async throws {
        try await withServer { (server, _) async throws in
            for port in [server.restPort, server.webSocketPort] {
                #expect(try RawHTTP.request("GET", "/health", port: port).status == 200)
                #expect(try RawHTTP.request("HEAD", "/health", port: port).status == 200)
            }
            let listening = try RawHTTP.request("GET", "/health", port: server.webSocketPort).json
            #expect(listening["channelStats"] == nil)
            let preflight = try RawHTTP.request(
                "OPTIONS",
                "/api/actions",
                port: server.restPort,
                fields: ["Origin: http://localhost:3848", "Access-Control-Request-Method: POST"]
            )
            #expect(preflight.status == 204)
        }
    }

    @Test func aTokenMintsNoTokens() async throws {
        try await withServer { (server, _) async throws in
            for (bearer, status) in [(try token("a"), 401), (TestServer.secret, 200)] {
                let answer = try RawHTTP.request(
                    "POST",
                    "/api/auth/token",
                    port: server.restPort,
                    body: #"{"agent_id":"b"}"#,
                    fields: ["Authorization: Bearer \(bearer)"]
                )
                #expect(answer.status == status)
            }
        }
    }

    @Test func anonymousClientsMayOnlyLogIn() async throws {
        try await withServer { (server, bus) async throws in
            var stranger = try await server.connect("/?agent_id=a", on: bus)
            _ = try await stranger.next()
            for (type, rest) in [
                ("subscribe", ""), ("unsubscribe", ""), ("publish", #","event":"system.info""#),
                ("ack", #","message_id":"m""#),
            ] {
                let answer = try await stranger.ask(#"{"type":"\#(type)","id":1,"channel":"global"\#(rest)}"#)
                #expect(answer["success"] as? Bool == false)
                #expect(answer["error"] as? String == "Authentication required: send auth with a token first")
            }
            try await stranger.send(#"{"type":"publish","channel":"topics/x","event":"x.y"}"#)
            #expect(try await stranger.next()["code"] as? String == "REFUSED")
            #expect(try await stranger.ask(#"{"type":"auth","id":2,"agent_id":"a"}"#)["code"] as? String == "4002")
            // Said on global while the stranger is connected; had it come, it would stand before the pong.
            var agent = try await server.connect(bearer: try token("b"), on: bus)
            _ = try await agent.event("agent.connected")
            try await stranger.send(#"{"type":"ping"}"#)
            #expect(try await stranger.next()["type"] as? String == "pong")
        }
    }

    @Test func whoHasLoggedInIsServed() async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect(on: bus)
            let login = #"{"type":"auth","id":1,"token":"\#(try token("a"))"}"#
            #expect(try await agent.ask(login)["success"] as? Bool == true)
            // Comes on global, which it is subscribed to from here on.
            #expect(try await agent.event("agent.connected")["channel"] as? String == "global")
            let publication = #"{"type":"publish","id":2,"channel":"agents/a","event":"message.new","data":1}"#
            try await agent.send(publication)
            #expect(try await agent.event("message.new")["verified"] as? Bool == true)
        }
    }

    @Test func theSecretSpeaksForAnyAgentOrForNone() async throws {
        try await withServer { (server, bus) async throws in
            var nobody = try await server.connect("/?global=0", on: bus)
            let secret = TestServer.secret
            #expect(try await nobody.ask(#"{"type":"auth","id":1,"token":"\#(secret)"}"#)["success"] as? Bool == true)
            let open = try await nobody.ask(#"{"type":"subscribe","id":2,"channel":"topics/x"}"#)
            #expect(open["success"] as? Bool == true)
            let own = try await nobody.ask(#"{"type":"subscribe","id":3,"channel":"agents/a"}"#)
            #expect(own["success"] as? Bool == false)
            var agent = try await server.connect("/?global=0", on: bus)
            _ = try await agent.ask(#"{"type":"auth","id":1,"token":"\#(secret)","agent_id":"a"}"#)
            let listening = try await agent.ask(#"{"type":"subscribe","id":2,"channel":"agents/a"}"#)
            #expect(listening["success"] as? Bool == true)
        }
    }

    @Test func theUpgradeMayCarryCredentials() async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect("/?agent_id=other", bearer: try token("a"), on: bus)
            let presence = try await agent.event("agent.connected")
            #expect((presence["data"] as? [String: any Sendable])?["agent_id"] as? String == "a")
            var claimed = try await server.connect("/?agent_id=c&global=0", bearer: TestServer.secret, on: bus)
            let own = try await claimed.ask(#"{"type":"subscribe","id":1,"channel":"agents/c"}"#)
            #expect(own["success"] as? Bool == true)
            for target in ["/", "/echo"] {
                let error = await #expect(throws: GatewayError.self) {
                    _ = try await server.connect(target, bearer: "x", on: bus)
                }
                #expect(error?.status.code == 401)
            }
            await #expect(throws: GatewayError.self) { _ = try await server.connect("/echo", on: bus) }
        }
    }

    @Test func loopbackServesEverybody() async throws {
        try await TestServer.run(isDevelopment: false) { (server) async throws in
            for fields in [[], ["Authorization: Bearer x"]] {
                #expect(try RawHTTP.request("GET", "/stats", port: server.restPort, fields: fields).status == 200)
            }
            try await withClientBus { bus in
                var agent = try await server.connect("/?global=0", bearer: "x", on: bus)
                let open = try await agent.ask(#"{"type":"subscribe","id":1,"channel":"topics/x"}"#)
                #expect(open["success"] as? Bool == true)
            }
        }
    }
}
