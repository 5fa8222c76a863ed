import ArgumentParser
import Foundation

/// `dcm subscribe`
struct Subscribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print messages as they come, one line each.",
        discussion: """
            '*' stands for one segment, a last '>' for all that follow: dcm subscribe 'topics/>'
            Ends with control-C, with --count, or when the server closes and --reconnect is not given.
            """
    )

    @Argument(help: "A channel or pattern.")
    var pattern: String

    @Flag(help: "Print each message as the server sent it, as JSON.")
    var json = false

    @Option(help: "End after so many messages.")
    var count: Int?

    @Option(help: "Share the messages with the other members of this queue: each goes to one of them.")
    var queue: String?

    @Option(help: "First print what came after this place of the channel, as printed at the start: OFFSET@EPOCH.")
    var since: HistoryPlace?

    @Flag(help: "Connect again when the connection is lost, and go on where it ended.")
    var reconnect = false

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard queue == nil || since == nil else { throw ValidationError("--queue and --since don't go together") }
    }

    /// Seconds between two attempts to connect again, at first and at most.
    private static let pauses = 0.25...10.0

    func run() async throws {
        var listener = Listener(self)
        var pause = Subscribe.pauses.lowerBound
        while true {
            do {
                try await listener.listen()
                return
            } catch let error as CommandError where reconnect && listener.hasListened {
                if listener.isListening { pause = Subscribe.pauses.lowerBound }
                Notice.show("\(error)")
            }
            // Some come back sooner than others: after a restart of the server they don't all come at once.
            try await Task.sleep(for: .seconds(pause * Double.random(in: 0.5...1)))
            pause = min(pause * 2, Subscribe.pauses.upperBound)
        }
    }
}

/// What a subscription knows across its connections.
private struct Listener {
    private let command: Subscribe
    private var place: HistoryPlace?
    private var left: Int
    /// It has been subscribed once.
    private(set) var hasListened = false
    /// It is subscribed, or was until the connection was lost.
    private(set) var isListening = false

    init(_ command: Subscribe) {
        self.command = command
        place = command.since
        left = command.count ?? .max
    }

    /// Connects, subscribes, prints; returns when there is nothing left to print, or the server has closed.
    mutating func listen() async throws {
        isListening = false
        var conversation = try await Conversation(
            command.options,
            joins: command.since == nil && !command.reconnect
        )
        do {
            try await follow(&conversation)
        } catch {
            await conversation.end()
            throw error
        }
        await conversation.close()
    }

    private mutating func follow(_ conversation: inout Conversation) async throws {
        let answer = try await conversation.ask(request(), id: "subscribe")
        isListening = true
        hasListened = true
        if answer.recovered == false { Notice.show("Some messages are missing: they are no longer kept.") }
        if answer.recovered != true { place = answer.place ?? place }
        Notice.show("Listening to \(command.pattern)\(answer.place.map { " at \($0)" } ?? "")")
        while left > 0 {
            guard let (text, message) = try await conversation.next() else {
                guard command.reconnect else { break }
                throw CommandError("The server closed the connection.")
            }
            try await take(text, message, conversation)
        }
    }

    private func request() throws -> String {
        var fields = ["type": "subscribe", "id": "subscribe", "channel": command.pattern]
        fields["queue"] = command.queue
        let text = String(decoding: try JSONEncoder().encode(fields), as: UTF8.self).dropLast()
        if command.queue != nil { return text + ",\"acks\":true}" }
        return text + (place.map { ",\"since\":\($0.json)}" } ?? "}")
    }

    private mutating func take(
        _ text: String,
        _ message: Conversation.Incoming,
        _ conversation: Conversation
    ) async throws {
        if message.type == "ping" { try await conversation.pong() }
        guard message.type == "event" || message.type == nil else { return }
        let line = EventLine.oneLine(text)
        print(command.json ? line : EventLine(line)?.description ?? line)
        fflush(nil)
        left -= 1
        if place != nil, let next = message.place, message.channel == command.pattern { place = next }
        // Printed: whatever happens to this process now, nobody else need print it.
        if command.queue != nil, let id = message.id { try await conversation.acknowledge(id) }
    }
}
