import Bus
import Foundation
import Gateway

/// A connection of a terminal to the server: asks, and waits for the answers to what it asked.
struct Conversation {
    private let bus: Bus
    private let client: WebSocketClient
    private var messages: WebSocketClient.Iterator

    /// What the server says in answer to something, and its events.
    struct Incoming: Decodable {
        var type: String?
        var id: String?
        var success: Bool?
        var error: String?
        var code: String?
        var channel: String?
        var event: String?
        var offset: Int64?
        var epoch: String?
        var recovered: Bool?

        /// Its place in the history of its channel.
        var place: HistoryPlace? {
            guard let offset, let epoch else { return nil }
            return HistoryPlace(offset: offset, epoch: epoch)
        }
    }

    /// Connects and logs in. `joins` says whether the server subscribes the agent to its own channels.
    init(_ options: ClientOptions, joins: Bool = true) async throws {
        let server = try options.server()
        bus = Bus()
        try await bus.start()
        do throws(GatewayError) {
            client = try await WebSocketClient.connect(to: Conversation.quiet(server, joins: joins), on: bus)
        } catch {
            bus.stop()
            throw CommandError("Can't connect to \(server): \(error.message). Is a server running ('dcm status')?")
        }
        messages = client.messages.makeAsyncIterator()
        if let login = options.login { try await ask(login) }
    }

    /// The URL without the automatic subscription to `global`: who wants that asks for it. The user's own is what
    /// errors are about.
    private static func quiet(_ server: String, joins: Bool) throws(GatewayError) -> String {
        let url = try WebSocketURL(server)
        let query = joins ? "global=0" : "global=0&join=0"
        return "ws://\(url.authority)\(url.target)\(url.target.contains("?") ? "&" : "?")\(query)"
    }

    /// Sends a message with an `id` and waits for its acknowledgement; throws what the server says against it.
    @discardableResult
    mutating func ask(_ message: [String: String]) async throws -> Incoming {
        try await ask(String(decoding: try JSONEncoder().encode(message), as: UTF8.self), id: message["id"])
    }

    /// The same for a message that is JSON text already.
    @discardableResult
    mutating func ask(_ text: String, id: String?) async throws -> Incoming {
        try await client.send(text)
        while let incoming = try await next()?.message {
            if incoming.type == "error", incoming.id == nil || incoming.id == id {
                throw CommandError("The server refuses: \(incoming.error ?? "no reason given").")
            }
            guard incoming.type == "ack", incoming.id == id else { continue }
            if incoming.success == true { return incoming }
            throw CommandError("The server refuses: \(incoming.error ?? "no reason given").")
        }
        throw CommandError("The server closed the connection.")
    }

    /// The next message, nil at the end.
    mutating func next() async throws -> (text: String, message: Incoming)? {
        do {
            guard let text = try await messages.next() else { return nil }
            return (text, try JSONDecoder().decode(Incoming.self, from: Data(text.utf8)))
        } catch let error as GatewayError {
            throw CommandError("\(error.message).")
        }
    }

    /// Sends a message and waits for its reply, as the server sent it.
    mutating func request(_ text: String, id: String) async throws -> String {
        try await client.send(text)
        while let (text, incoming) = try await next() {
            if incoming.type == "ping" { try await pong() }
            guard incoming.id == id else { continue }
            if incoming.type == "reply" { return text }
            throw CommandError("\(incoming.error ?? "The server refuses").")
        }
        throw CommandError("The server closed the connection.")
    }

    /// Is done with a message of a queue.
    func acknowledge(_ messageID: String) async throws {
        try await client.send(#"{"type":"ack","message_id":"\#(messageID)"}"#)
    }

    /// Answers the server's ping, so that it knows that somebody is there.
    func pong() async throws { try await client.send(#"{"type":"pong"}"#) }

    /// Says goodbye.
    func close() async {
        await client.close()
        await bus.drain(seconds: 2)
    }

    /// Lets go of the connection and of the thread that it lived on, for who connects again. No call may follow.
    func end() async {
        await bus.drain(seconds: 0)
        bus.stop()
    }
}
