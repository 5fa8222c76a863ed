import Bus
import Foundation
import TestSupport
import Testing

@testable import Gateway

/// Histories, queues, requests and retained values over WebSocket and REST.
struct ChannelProtocolTests {
    private func withServer(loops: Int = 1, _ body: (TestServer, Bus) async throws -> Void) async throws {
        try await TestServer.run(loops: loops) { (server) async throws in
            try await withClientBus { bus in try await body(server, bus) }
        }
    }

    @Test(arguments: [1, 2, 3]) func resumesWithoutGapOrDouble(loops: Int) async throws {
        try await withServer(loops: loops) { (server, bus) async throws in
            var publisher = try await server.connect("/?global=0", on: bus)
            var first = try await server.connect("/?global=0", on: bus)
            let ack = try await first.ask(#"{"type":"subscribe","id":1,"channel":"topics/kept"}"#)
            #expect(ack["offset"] as? Int == 0 && ack["recovered"] == nil)
            let epoch = try #require(ack["epoch"] as? String)
            for number in 1...6 {
                _ = try await publisher.ask(
                    #"{"type":"publish","id":1,"channel":"topics/kept","event":"n","data":\#(number)}"#
                )
            }
            for number in 1...6 {
                let event = try await first.event("n")
                #expect(event["offset"] as? Int == number && event["epoch"] as? String == epoch)
            }
            var second = try await server.connect("/?global=0", on: bus)
            let resumed = try await second.ask(
                #"{"type":"subscribe","id":2,"channel":"topics/kept","since":{"offset":2,"epoch":"\#(epoch)"}}"#
            )
            #expect(resumed["recovered"] as? Bool == true && resumed["offset"] as? Int == 6)
            _ = try await publisher.ask(#"{"type":"publish","id":1,"channel":"topics/kept","event":"n","data":7}"#)
            for number in 3...7 {
                let event = try await second.event("n")
                #expect(event["data"] as? Int == number)
            }
            let again = try await second.ask(
                #"{"type":"subscribe","id":3,"channel":"topics/kept","since":{"offset":2,"epoch":"\#(epoch)"}}"#
            )
            #expect(again["success"] as? Bool == false, "it would get events twice")
            let gone = try await publisher.ask(
                #"{"type":"subscribe","id":2,"channel":"topics/kept","since":{"offset":2,"epoch":"zzz"}}"#
            )
            #expect(gone["recovered"] as? Bool == false)
        }
    }

    @Test(arguments: [
        #"{"type":"subscribe","id":1,"channel":"topics/*","since":{"offset":1,"epoch":"e"}}"#,
        #"{"type":"subscribe","id":1,"channel":"global","since":{"offset":1,"epoch":"e"}}"#,
        #"{"type":"subscribe","id":1,"channel":"topics/a","since":{"offset":1}}"#,
        #"{"type":"subscribe","id":1,"channel":"topics/a","since":{"offset":-1,"epoch":"e"}}"#,
        #"{"type":"subscribe","id":1,"channel":"topics/a","since":7}"#,
        #"{"type":"subscribe","id":1,"channel":"topics/a","queue":"a b"}"#,
        #"{"type":"subscribe","id":1,"channel":"topics/a","queue":"q","since":{"offset":1,"epoch":"e"}}"#,
        #"{"type":"publish","id":1,"channel":"topics/a","event":"x","data":1,"durable":true}"#,
        #"{"type":"publish","id":1,"channel":"topics/a","event":"x","data":1,"retain":"yes"}"#,
        #"{"type":"request","id":1,"channel":"agents/a","event":"message.new","data":1}"#,
        #"{"type":"request","id":1,"channel":"topics/a","event":"x","timeout_ms":0}"#,
        #"{"type":"request","channel":"topics/a","event":"x"}"#,
        #"{"type":"reply","id":1,"reply_to":"req_0_abc","data":1}"#,
        #"{"type":"reply","id":1,"data":1}"#,
    ])
    func refuses(_ message: String) async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect("/?global=0", on: bus)
            let answer = try await agent.ask(message)
            #expect(answer["success"] as? Bool != true)
            #expect((answer["error"] as? String)?.isEmpty == false)
            #expect(try await agent.ask(#"{"type":"unsubscribe","id":9,"channel":"x"}"#)["success"] as? Bool == true)
        }
    }

    @Test(arguments: [1, 2]) func queueMembersAcknowledge(loops: Int) async throws {
        try await withServer(loops: loops) { (server, bus) async throws in
            let publisher = try await server.connect("/?global=0", on: bus)
            var first = try await server.connect("/?global=0", on: bus)
            let join = #"{"type":"subscribe","id":1,"channel":"topics/work","queue":"q","acks":true}"#
            #expect(try await first.ask(join)["success"] as? Bool == true)
            #expect(try await first.ask(join)["success"] as? Bool == false, "once is enough")
            for number in 1...3 {
                try await publisher.send(#"{"type":"publish","channel":"topics/work","event":"n","data":\#(number)}"#)
            }
            let done = try await first.event("n")
            #expect(done["data"] as? Int == 1)
            try await first.send(#"{"type":"ack","message_id":"\#(try #require(done["id"] as? String))"}"#)
            _ = try await first.event("n")
            _ = try await first.event("n")
            // What this answers was sent after the acknowledgement, so the group knows of it.
            try await first.send(#"{"type":"ping"}"#)
            _ = try await first.next { $0["type"] as? String == "pong" }
            var second = try await server.connect("/?global=0", on: bus)
            #expect(try await second.ask(join)["success"] as? Bool == true)
            await first.client.close()
            let rest = [try await second.event("n")["data"] as? Int, try await second.event("n")["data"] as? Int]
            #expect(rest == [2, 3])
        }
    }

    @Test(arguments: [1, 2]) func repliesGoToTheAskerOnly(loops: Int) async throws {
        try await withServer(loops: loops) { (server, bus) async throws in
            var asker = try await server.connect("/?global=0", on: bus)
            var responder = try await server.connect("/?global=0", on: bus)
            let ask = #"{"type":"request","id":"r","channel":"topics/ask","event":"q","data":20,"timeout_ms":60000}"#
            try await asker.send(ask)
            let nobody = try await asker.next { $0["id"] as? String == "r" }
            #expect(nobody["code"] as? String == "NO_RESPONDERS")
            _ = try await responder.ask(#"{"type":"subscribe","id":1,"channel":"topics/ask"}"#)
            try await asker.send(ask)
            let question = try await responder.event("q")
            let replyTo = try #require(question["reply_to"] as? String)
            let reply = #"{"type":"reply","id":2,"reply_to":"\#(replyTo)","data":{"sum":21}}"#
            #expect(try await responder.ask(reply)["success"] as? Bool == true)
            let answer = try await asker.next { $0["id"] as? String == "r" }
            #expect(answer["type"] as? String == "reply")
            #expect((answer["data"] as? [String: any Sendable])?["sum"] as? Int == 21)
            #expect(try await responder.ask(reply)["success"] as? Bool == false, "only the first reply counts")
            try await asker.send(#"{"type":"request","id":"t","channel":"topics/ask","event":"q","timeout_ms":1}"#)
            #expect(try await asker.next { $0["id"] as? String == "t" }["code"] as? String == "TIMEOUT")
        }
    }

    @Test func aConnectionHasSoManyOpenRequests() async throws {
        try await withServer { (server, bus) async throws in
            var asker = try await server.connect("/?global=0", on: bus)
            var responder = try await server.connect("/?global=0", on: bus)
            _ = try await responder.ask(#"{"type":"subscribe","id":1,"channel":"topics/ask"}"#)
            let limit = AgentEndpoint.maximumRequests
            for number in 1...limit + 1 {
                try await asker.send(
                    #"{"type":"request","id":\#(number),"channel":"topics/ask","event":"q","timeout_ms":600000}"#
                )
            }
            let refused = try await asker.next { $0["code"] != nil }
            #expect(refused["code"] as? String == "TOO_MANY_REQUESTS" && refused["id"] as? Int == limit + 1)
            #expect(await server.bus.figures().gauges.openRequests == limit)
            await asker.client.close()
            // The server has noticed the end of the connection when it has answered its goodbye.
            #expect(try await asker.hasEnded())
            #expect(await server.bus.figures().gauges.openRequests == 0)
        }
    }

    @Test func retainedValuesComeWithTheSubscription() async throws {
        try await withServer { (server, bus) async throws in
            var publisher = try await server.connect("/?global=0", on: bus)
            for (channel, data) in [("topics/a", "1"), ("topics/b", "2"), ("topics/a", "3"), ("topics/c", "4")] {
                _ = try await publisher.ask(
                    #"{"type":"publish","id":1,"channel":"\#(channel)","event":"v","data":\#(data),"retain":true}"#
                )
            }
            _ = try await publisher.ask(
                #"{"type":"publish","id":1,"channel":"topics/c","event":"v","data":null,"retain":true}"#
            )
            var late = try await server.connect("/?global=0", on: bus)
            _ = try await late.ask(#"{"type":"subscribe","id":1,"channel":"topics/*"}"#)
            let first = try await late.event("v")
            #expect(first["data"] as? Int == 3 && first["retained"] as? Bool == true)
            #expect(try await late.event("v")["data"] as? Int == 2)
            try await late.send(#"{"type":"ping"}"#)
            #expect(try await late.next()["type"] as? String == "pong", "the cleared one doesn't come")
        }
    }

    @Test func ownChannelsAreJoinedUnlessToldNot() async throws {
        try await withServer { (server, bus) async throws in
            var publisher = try await server.connect("/?global=0", on: bus)
            _ = try await publisher.ask(#"{"type":"auth","id":1,"agent_id":"other"}"#)
            var agent = try await server.connect("/?global=0&join=0", on: bus)
            _ = try await agent.ask(#"{"type":"auth","id":1,"agent_id":"me"}"#)
            let send = #"{"type":"publish","id":1,"channel":"agents/me","event":"message.new","data":1}"#
            _ = try await publisher.ask(send)
            try await agent.send(#"{"type":"ping"}"#)
            #expect(try await agent.next { $0["type"] as? String != "connected" }["type"] as? String == "pong")
            let ack = try await agent.ask(#"{"type":"subscribe","id":2,"channel":"agents/me"}"#)
            #expect(ack["success"] as? Bool == true && ack["offset"] as? Int == 1)
            _ = try await publisher.ask(send)
            #expect(try await agent.event("message.new")["offset"] as? Int == 2)
        }
    }

    // MARK: - REST

    private func get(_ path: String, _ server: TestServer) throws -> RawHTTP.Answer {
        try RawHTTP.request("GET", path, port: server.restPort)
    }

    @Test(arguments: [1, 2]) func historyIsServedInPages(loops: Int) async throws {
        try await withServer(loops: loops) { (server, bus) async throws in
            #expect(try get("/api/channels/global/history", server).status == 404)
            #expect(try get("/api/channels/topics%2Fx/history", server).json["epoch"] is NSNull)
            #expect(try get("/api/channels/nonsense/history", server).status == 400)
            var publisher = try await server.connect("/?global=0", on: bus)
            for number in 1...5 {
                _ = try await publisher.ask(
                    #"{"type":"publish","id":1,"channel":"topics/x","event":"n","data":\#(number)}"#
                )
            }
            // With several loops the event may be on its way to the channel's loop still; this goes behind it.
            _ = try await publisher.ask(#"{"type":"subscribe","id":1,"channel":"topics/x"}"#)
            func page(_ query: String) throws -> (numbers: [Int], more: Bool?) {
                let json = try get("/api/channels/topics%2Fx/history\(query)", server).json
                #expect(json["offset"] as? Int == 5 && (json["epoch"] as? String)?.count == 6)
                let events = json["events"] as? [[String: any Sendable]] ?? []
                return (events.compactMap { $0["data"] as? Int }, json["has_more"] as? Bool)
            }
            #expect(try page("") == ([1, 2, 3, 4, 5], false))
            #expect(try page("?limit=2") == ([4, 5], true))
            #expect(try page("?limit=2&since=1") == ([2, 3], true))
            #expect(try page("?since=3") == ([4, 5], false))
            #expect(try get("/api/channels/topics%2Fx/history?since=-1", server).status == 400)
        }
    }

    @Test func privateHistoriesAreForTheirAgent() async throws {
        try await withServer { (server, bus) async throws in
            var publisher = try await server.connect("/?global=0", on: bus)
            _ = try await publisher.ask(#"{"type":"auth","id":1,"agent_id":"other"}"#)
            _ = try await publisher.ask(
                #"{"type":"publish","id":1,"channel":"agents/me","event":"message.new","data":1}"#
            )
            #expect(try get("/api/channels/agents%2Fme/history", server).status == 403)
            #expect(try get("/api/channels/agents%2Fme/history?agent_id=other", server).status == 403)
            #expect(try get("/api/channels/agents%2Fme/history?agent_id=me", server).json["count"] as? Int == 1)
        }
    }

    @Test func asksOverREST() async throws {
        try await withServer { (server, bus) async throws in
            let port = server.restPort
            let path = "/api/channels/topics%2Fask/request"
            func ask(_ body: String) throws -> RawHTTP.Answer {
                try RawHTTP.request("POST", path, port: port, body: body)
            }
            #expect(try ask(#"{"event":"q"}"#).status == 404)
            #expect(try ask("{}").status == 400)
            #expect(try ask(#"{"event":"agent.connected"}"#).status == 403)
            var responder = try await server.connect("/?global=0", on: bus)
            _ = try await responder.ask(#"{"type":"subscribe","id":1,"channel":"topics/ask"}"#)
            #expect(try ask(#"{"event":"q","timeout_ms":1}"#).status == 504)
            let asking = Task {
                try await onOwnThread {
                    try RawHTTP.request("POST", path, port: port, body: #"{"event":"q","data":[1],"timeout_ms":60000}"#)
                }
            }
            let question = try await responder.next { $0["event"] != nil && $0["data"] is [any Sendable] }
            let replyTo = try #require(question["reply_to"] as? String)
            try await responder.send(#"{"type":"reply","reply_to":"\#(replyTo)","data":"yes"}"#)
            let reply = try await asking.value.json["reply"] as? [String: any Sendable]
            #expect(reply?["data"] as? String == "yes")
        }
    }

    @Test(arguments: [1, 2]) func showsWhoIsThere(loops: Int) async throws {
        try await withServer(loops: loops) { (server, bus) async throws in
            var agent = try await server.connect("/?global=0&session_id=s1", on: bus)
            _ = try await agent.ask(#"{"type":"auth","id":1,"agent_id":"builder"}"#)
            _ = try await agent.ask(#"{"type":"subscribe","id":1,"channel":"topics/x"}"#)
            let agents = try #require(try get("/api/agents", server).json["agents"] as? [[String: any Sendable]])
            #expect(agents.count == 1 && agents[0]["agent_id"] as? String == "builder")
            #expect(agents[0]["connected"] as? Bool == true && agents[0]["sessions"] as? [String] == ["s1"])
            let json = try get("/api/connections", server).json
            let all = try #require(json["connections"] as? [[String: any Sendable]])
            #expect(json["total"] as? Int == all.count && json["slow_consumers"] as? Int == 0)
            let own = try #require(all.first { $0["kind"] as? String == "websocket" })
            #expect(own["agent_id"] as? String == "builder" && own["subscription_count"] as? Int == 3)
            #expect(own["subscriptions"] as? [String] == ["agents/builder", "sessions/s1", "topics/x"])
            #expect((own["received_bytes"] as? Int ?? 0) > 0 && (own["sent_bytes"] as? Int ?? 0) > 0)
            #expect((own["address"] as? String)?.hasPrefix("127.0.0.1:") == true)
            var names: [String] = []
            var query = "?limit=1"
            while let name = try get("/api/connections\(query)", server).json["next"] as? String, names.count < 10 {
                names.append(name)
                query = "?limit=1&after=\(name)"
            }
            #expect(Set(names).count == names.count && !names.isEmpty)
            #expect(try get("/api/connections?after=x", server).status == 400)
        }
    }
}
