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
            let text = EventLine.oneLine(text)
            print(json ? text : EventLine(text)?.description ?? text)
            fflush(nil)
            left -= 1
        }
        await conversation.close()
    }
}
