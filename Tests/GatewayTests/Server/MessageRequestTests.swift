import Bus
import Foundation
import Testing

@testable import Gateway

struct MessageRequestTests {
    private func withServer(loops: Int = 1, _ body: (TestServer, Bus) async throws -> Void) async throws {
        try await TestServer.run(loops: loops) { (server) async throws in
            try await withClientBus { bus in try await body(server, bus) }
        }
    }

    private func send(_ fields: String, to server: TestServer) throws -> [String: any Sendable] {
        let body = #"{"from_agent":"alice","topic":"x.t","content":{"n":1},\#(fields)}"#
        let answer = try RawHTTP.request("POST", "/api/messages", port: server.restPort, body: body)
        #expect(answer.status == 201)
        return try answer.json
    }

    private func id(_ answer: [String: any Sendable]) throws -> String {
        try #require((answer["message"] as? [String: any Sendable])?["id"] as? String)
    }

    private func state(of id: String, _ server: TestServer) throws -> [String] {
        let answer = try RawHTTP.request("GET", "/api/messages/\(id)/state", port: server.restPort).json
        return (answer["items"] as? [[String: any Sendable]])?.compactMap { $0["state"] as? String } ?? []
    }

    @Test func aMessageToAnAgentNeverSeenIsAccepted() async throws {
        try await withServer { (server, _) async throws in
            let answer = try send(#""to_agent":"bob""#, to: server)
            #expect(answer["known"] as? Bool == false)
            #expect(try state(of: id(answer), server) == ["stored"])
            let found = try RawHTTP.request("GET", "/api/messages/bob", port: server.restPort).json
            #expect(found["count"] as? Int == 1)
            #expect(found["unread_remaining"] as? Int == 0)
            #expect(try send(#""to_agent":"bob""#, to: server)["known"] as? Bool == true)
            #expect(try send(#""to_agent":"alice""#, to: server)["known"] as? Bool == true)
        }
    }

    @Test(arguments: [1, 2]) func anItemIsOfferedUntilItIsAcknowledged(loops: Int) async throws {
        try await withServer(loops: loops) { (server, bus) async throws in
            let waiting = try id(send(#""to_agent":"bob""#, to: server))
            var agent = try await server.connect("/?global=0", on: bus)
            _ = try await agent.ask(#"{"type":"auth","id":1,"agent_id":"bob","acks":true}"#)
            #expect(try await agent.event("message.new")["id"] as? String == waiting)
            let live = try id(send(#""to_agent":"bob""#, to: server))
            #expect(try await agent.event("message.new")["id"] as? String == live)
            for message in [waiting, live] {
                let ack = try await agent.ask(#"{"type":"ack","id":2,"message_id":"\#(message)"}"#)
                #expect(ack["success"] as? Bool == true)
                #expect(try state(of: message, server) == ["acknowledged"])
            }
            let other = try await agent.ask(
                #"{"type":"ack","id":3,"message_id":"01A209A6-7FAF-7000-83FF-4B7C1AFAB3A9"}"#
            )
            #expect(other["success"] as? Bool == false)
        }
    }

    @Test func anIDThatIsNoMessageIsLeftAlone() async throws {
        try await withServer { (server, bus) async throws in
            var agent = try await server.connect("/?global=0", on: bus)
            _ = try await agent.ask(#"{"type":"auth","id":1,"agent_id":"bob"}"#)
            // As clients of the original acknowledge events.
            try await agent.send(#"{"type":"ack","message_id":"msg_1795453200000_abc123"}"#)
            try await agent.send(#"{"type":"ack"}"#)
            let answer = try await agent.ask(#"{"type":"subscribe","id":2,"channel":"topics/a"}"#)
            #expect(answer["id"] as? Int == 2)
        }
    }
}
