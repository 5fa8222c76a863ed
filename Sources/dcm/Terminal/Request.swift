import ArgumentParser
import Bus
import Foundation

/// `dcm request`
struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a message and print the first reply.",
        discussion: """
            Example: dcm request topics/review review.wanted '{"file":"main.swift"}'
            Ends with an error when nobody listens to the channel, or nobody replies in time.
            """
    )

    @Argument(help: "Where: global, topics/<name>, agents/<id>, sessions/<id>.")
    var channel: String

    @Argument(help: "What kind of message.")
    var event: String

    @Argument(help: "The data, as JSON; - reads it from standard input.")
    var json = "null"

    @Option(help: "Seconds to wait for the reply.")
    var timeout = 5.0

    @Flag(help: "Print the reply as the server sent it.")
    var whole = false

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard timeout > 0, timeout <= 600 else { throw ValidationError("--timeout takes a number up to 600") }
    }

    func run() async throws {
        let data = try JSONArgument.read(json, usage: DCM.usageString(for: Request.self))
        var conversation = try await Conversation(options)
        let names = try JSONEncoder().encode(["channel": channel, "event": event, "type": "request", "id": "request"])
        let wait = ",\"timeout_ms\":\(max(1, Int(timeout * 1000))),\"data\":\(data)}"
        let reply = try await conversation.request(
            String(decoding: names, as: UTF8.self).dropLast() + wait,
            id: "request"
        )
        print(EventLine.oneLine(whole ? reply : Request.data(of: reply)))
        await conversation.close()
    }

    private static let fields = JSONFieldTable<1>(["data"])

    /// The data as it was sent.
    private static func data(of reply: String) -> String {
        guard let value = (try? fields.scan(reply.utf8Span.span))?[0] else { return "null" }
        return String(Substring(reply.utf8.dropFirst(value.range.lowerBound).prefix(value.range.count)))
    }
}
