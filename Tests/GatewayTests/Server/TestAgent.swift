import Foundation
import Gateway

/// A client of the agents' protocol that waits for what it expects.
struct TestAgent {
    let client: WebSocketClient
    private var messages: WebSocketClient.Iterator

    init(_ client: WebSocketClient) {
        self.client = client
        messages = client.messages.makeAsyncIterator()
    }

    struct Ended: Error {}

    func send(_ json: String) async throws { try await client.send(json) }

    /// The next message.
    mutating func next() async throws -> [String: any Sendable] {
        guard let text = try await messages.next() else { throw Ended() }
        return try TestAgent.object(text)
    }

    /// The next message for which `condition` holds; others are dropped.
    mutating func next(where condition: ([String: any Sendable]) -> Bool) async throws -> [String: any Sendable] {
        while true {
            let message = try await next()
            if condition(message) { return message }
        }
    }

    /// Sends a message that has an `id` and waits for its answer.
    mutating func ask(_ json: String) async throws -> [String: any Sendable] {
        try await send(json)
        return try await next { $0["type"] as? String == "ack" || $0["type"] as? String == "error" }
    }

    /// The next event of that name.
    mutating func event(_ name: String) async throws -> [String: any Sendable] {
        try await next { $0["event"] as? String == name }
    }

    /// Reads what is left; true at the end.
    mutating func hasEnded() async throws -> Bool {
        while try await messages.next() != nil {}
        return true
    }

    static func object(_ text: String) throws -> [String: any Sendable] {
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: any Sendable] ?? [:]
    }
}
