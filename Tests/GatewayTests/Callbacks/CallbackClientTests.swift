import Agents
import Bus
import Storage
import Testing

@testable import Gateway

/// Attempts of callbacks; what receivers answer is tested end to end.
struct CallbackClientTests {
    private func attempt(_ client: CallbackClient) async throws -> CallbackOutcome {
        let callback = Callback(
            messageID: UUIDGenerator().next(),
            subscriptionID: UUIDGenerator().next(),
            agentID: "bob",
            url: try CallbackURL("http://127.0.0.1:1/"),
            body: []
        )
        return await client.send(callback, signature: "s", attempt: 1)
    }

    @Test func `what is given up before it begins doesn't begin`() async throws {
        let bus = Bus()
        try await bus.start()
        defer { bus.stop() }
        let client = CallbackClient(bus: bus, hosts: CallbackHosts())
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await attempt(client)
        }
        task.cancel()
        #expect(try await task.value == .failed("given up"))
    }

    @Test func `where nobody listens it fails`() async throws {
        let bus = Bus()
        try await bus.start()
        defer { bus.stop() }
        let outcome = try await attempt(CallbackClient(bus: bus, hosts: CallbackHosts()))
        guard case .failed(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason != "given up")
    }
}
