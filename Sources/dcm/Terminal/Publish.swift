import ArgumentParser
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

    @Flag(help: "Keep it as the channel's last value: who subscribes later gets it too. null clears it.")
    var retain = false

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let data = try JSONArgument.read(json, usage: DCM.usageString(for: Publish.self))
        var conversation = try await Conversation(options)
        let names = try JSONEncoder().encode(["channel": channel, "event": event, "type": "publish", "id": "publish"])
        // The data goes as it was given: decoding and encoding it would change numbers and the order of keys.
        let retained = retain ? ",\"retain\":true" : ""
        let message = String(decoding: names, as: UTF8.self).dropLast() + retained + ",\"data\":\(data)}"
        try await conversation.ask(String(message), id: "publish")
        await conversation.close()
    }
}
