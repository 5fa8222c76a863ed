import ArgumentParser
import Foundation

/// `dcm subscribe`
struct Subscribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print messages as they come, one line each.",
        discussion: """
            '*' stands for one segment, a last '>' for all that follow: dcm subscribe 'topics/>'
            Ends with control-C, with --count, or when the server closes.
            """
    )

    @Argument(help: "A channel or pattern.")
    var pattern: String

    @Flag(help: "Print each message as the server sent it, as JSON.")
    var json = false

    @Option(help: "End after so many messages.")
    var count: Int?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        var conversation = try await Conversation(options)
        try await conversation.ask(["type": "subscribe", "id": "subscribe", "channel": pattern])
        FileHandle.standardError.write(Data("Listening to \(pattern)\n".utf8))
        var left = count ?? .max
        while left > 0, let (text, message) = try await conversation.next() {
            if message.type == "ping" { try await conversation.pong() }
            guard message.type == "event" || message.type == nil else { continue }
            print(json ? text : try line(text))
            fflush(nil)
            left -= 1
        }
        await conversation.close()
    }

    /// `time channel event data`
    private func line(_ text: String) throws -> String {
        let event = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        let milliseconds = (event["timestamp"] as? NSNumber)?.doubleValue ?? 0
        let time = Date(timeIntervalSince1970: milliseconds / 1000).formatted(
            .iso8601.time(includingFractionalSeconds: true)
        )
        let data = try JSONSerialization.data(
            withJSONObject: event["data"] ?? NSNull(),
            options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
        )
        let sender = (event["sender"] as? String).map { " \($0)" } ?? ""
        return
            "\(time) \(event["channel"] ?? "") \(event["event"] ?? "")\(sender) \(String(decoding: data, as: UTF8.self))"
    }
}
