import ArgumentParser
import Bus
import Foundation

/// `dcm publish`
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish one message.",
        discussion: """
            Example: dcm publish topics/builds build.done '{"ok":true}'
            Anybody may publish to global and topics/...; for agents/... and sessions/... say who you are with --agent \
            or --token.
            """
    )

    @Argument(help: "Where: global, topics/<name>, agents/<id>, sessions/<id>.")
    var channel: String

    @Argument(help: "What kind of message: any name on topics/..., else one of the documented events.")
    var event: String

    @Argument(help: "The data, as JSON; - reads it from standard input.")
    var json = "null"

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let data =
            json == "-" ? String(decoding: try FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self) : json
        do throws(JSONError) {
            try JSONScanner.validate(data.utf8Span.span)
        } catch {
            let sentence =
                "The data is no JSON (\(error.message)): quote it for the shell, for example '{\"ok\":true}'."
            let usage = DCM.usageString(for: Publish.self)
            FileHandle.standardError.write(Data("Error: \(sentence)\nUsage: \(usage)\n".utf8))
            throw ExitCode.validationFailure
        }
        var conversation = try await Conversation(options)
        let names = try JSONEncoder().encode(["channel": channel, "event": event, "type": "publish", "id": "publish"])
        // The data goes as it was given: decoding and encoding it would change numbers and the order of keys.
        let message = String(decoding: names, as: UTF8.self).dropLast() + ",\"data\":\(data)}"
        try await conversation.ask(String(message), id: "publish")
        await conversation.close()
    }
}
