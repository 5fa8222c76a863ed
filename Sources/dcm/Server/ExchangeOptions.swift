import Agents
import ArgumentParser

/// What a server can be told about callbacks and clean-up.
struct ExchangeOptions: ParsableArguments {
    @Option(help: "A host beyond this machine that callbacks of subscriptions may go to; may be repeated.")
    var callbackHost: [String] = []

    @Option(
        help: """
            Delete rows when they are old, as TABLE=PERIOD, for example actions=90d; may be repeated. Tables: \
            \(tables). (default: messages=24h after they expired, everything else stays)
            """
    )
    var retention: [String] = []

    @Option(help: "Close sessions of which nothing was heard for so long, for example 12h, or 'never'. (default: 24h)")
    var closeSessionsAfter: String?

    private static let tables = Retention.tableNames

    /// Throws a `CommandError` with one sentence.
    func settings() throws -> ExchangeSettings {
        var settings = ExchangeSettings()
        settings.callbackHosts = callbackHost
        do throws(AgentsError) {
            if let text = closeSessionsAfter {
                settings.retention.silence = text == "never" ? nil : try Retention.period(text)
            }
            for text in retention { try settings.retention.add(text) }
        } catch {
            throw CommandError("\(error.message).")
        }
        return settings
    }

    /// The same options for a server in the background.
    var arguments: [String] {
        var arguments = callbackHost.flatMap { ["--callback-host", $0] }
        arguments += retention.flatMap { ["--retention", $0] }
        if let closeSessionsAfter { arguments += ["--close-sessions-after", closeSessionsAfter] }
        return arguments
    }
}
