import Foundation
import Storage
import TestSupport
import Testing

/// What a walk through the work publishes: contract section 1.15.
@Suite(.timeLimit(.minutes(2))) struct WorkEventTests {
    @Test(arguments: RouteTableTests.Place.allCases)
    func eachChangeIsSaidOnceOnItsChannels(place: RouteTableTests.Place) async throws {
        let location = try await place.location()
        try await withClientBus { bus async throws in
            try await TestServer.run(location: location) { (server) async throws in
                // Only the agent itself hears what is said to its type.
                var agent = try await server.connect(on: bus)
                let login = try await agent.ask(#"{"type":"auth","id":1,"agent_id":"dev"}"#)
                #expect(login["success"] as? Bool == true)
                let ids = try walk(server.restPort)
                var found: [Event] = []
                while found.last?.name != "project.deleted" {
                    let message = try await agent.next { $0["event"] != nil }
                    let event = try Event(message)
                    // Its own arrival, and what the actions did.
                    if !["agent.connected", "action.created"].contains(event.name) { found.append(event) }
                }
                let expected = expectedEvents(ids)
                for channel in ["global", "agents/dev"] {
                    #expect(found.filter { $0.channel == channel } == expected.filter { $0.channel == channel })
                }
                #expect(found.count == expected.count)
            }
        }
    }

    private struct Event: Equatable {
        let channel: String
        let name: String
        let data: NSDictionary

        init(_ channel: String, _ name: String, _ data: [String: Any]) {
            self.channel = channel
            self.name = name
            self.data = data as NSDictionary
        }

        init(_ message: [String: any Sendable]) throws {
            channel = try #require(message["channel"] as? String)
            name = try #require(message["event"] as? String)
            data = try #require(message["data"] as? NSDictionary)
        }
    }

    /// Makes, changes and deletes one of everything; returns their ids.
    private func walk(_ port: UInt16) throws -> [String: String] {
        var ids: [String: String] = [:]
        func send(_ method: String, _ target: String, _ body: String? = nil, keep: (String, String)? = nil) throws {
            let answer = try RawHTTP.patientRequest(method, target, port: port, body: body)
            #expect(answer.status < 300, "\(method) \(target): \(answer.text)")
            if let keep { ids[keep.0] = RouteExample.value(keep.1, in: try answer.json) }
        }
        func id(_ name: String) -> String { ids[name] ?? "" }
        try send("POST", "/api/projects", #"{"path":"/p"}"#, keep: ("project", "project.id"))
        let request = #"{"project_id":"\#(id("project"))","session_id":"s","prompt":"p"}"#
        try send("POST", "/api/requests", request, keep: ("request", "request.id"))
        try send("PATCH", "/api/requests/\(id("request"))", #"{"status":"completed"}"#)
        try send("POST", "/api/tasks", #"{"request_id":"\#(id("request"))"}"#, keep: ("task", "task.id"))
        try send("PATCH", "/api/tasks/\(id("task"))", #"{"name":"n"}"#)
        try send("PATCH", "/api/tasks/\(id("task"))", #"{"status":"running"}"#)
        let typed = #"{"task_id":"\#(id("task"))","description":"d","agent_type":"dev"}"#
        try send("POST", "/api/subtasks", typed, keep: ("typed", "subtask.id"))
        let plain = #"{"task_id":"\#(id("task"))","description":"d"}"#
        try send("POST", "/api/subtasks", plain, keep: ("plain", "subtask.id"))
        try send("PATCH", "/api/subtasks/\(id("typed"))", #"{"status":"paused"}"#)
        try send("PATCH", "/api/subtasks/\(id("typed"))", #"{"agent_id":"x"}"#)
        try send("DELETE", "/api/subtasks/\(id("typed"))")
        try send("POST", "/api/sessions", #"{"id":"s1"}"#)
        try send("PATCH", "/api/sessions/s1", #"{"total_errors":1}"#)
        try send("PATCH", "/api/sessions/s1", #"{"ended_at":"2026-01-02T00:00:00Z"}"#)
        try send("DELETE", "/api/sessions/s1")
        try send("DELETE", "/api/tasks/\(id("task"))")
        try send("DELETE", "/api/requests/\(id("request"))")
        try send("DELETE", "/api/projects/\(id("project"))")
        return ids
    }

    private func expectedEvents(_ ids: [String: String]) -> [Event] {
        func id(_ name: String) -> String { ids[name] ?? "" }
        func task(_ event: String, _ status: String?) -> Event {
            var data: [String: Any] = ["id": id("task"), "request_id": id("request"), "wave_number": 0]
            data["status"] = status
            return Event("global", "task.\(event)", data)
        }
        func typed(_ event: String, _ status: String?) -> [Event] {
            var data: [String: Any] = ["id": id("typed"), "task_list_id": id("task"), "agent_type": "dev"]
            data["status"] = status
            var forType = data
            if status == nil { forType["agent_type"] = nil }
            return [Event("global", "subtask.\(event)", data), Event("agents/dev", "subtask.\(event)", forType)]
        }
        let plain: [String: Any] = [
            "id": id("plain"), "task_list_id": id("task"), "agent_type": NSNull(), "status": "pending",
        ]
        return [task("created", "pending"), task("updated", "pending"), task("running", "running")]
            + typed("created", "pending") + [Event("global", "subtask.created", plain)]
            + typed("paused", "paused") + typed("updated", "paused") + typed("deleted", nil)
            + [
                Event("global", "session.created", ["id": "s1", "session_id": "s1"]),
                Event("global", "session.ended", ["id": "s1"]), Event("global", "session.deleted", ["id": "s1"]),
                task("deleted", nil), Event("global", "request.deleted", ["id": id("request")]),
                Event("global", "project.deleted", ["id": id("project")]),
            ]
    }
}
