import ArgumentParser
import Gateway

/// The command line.
@main
struct DCM: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dcm",
        abstract: "The message bus for coding agents.",
        discussion: """
            Agents publish and subscribe over WebSocket, hooks post what tools did over REST, and nothing that was \
            accepted is lost. 'dcm serve' is all that is needed to begin.
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Start.self, Stop.self, Status.self, Logs.self, DatabaseCommand.self, Publish.self,
            Subscribe.self, Request.self, MigrateCommand.self, CopyDatabase.self,
        ]
    )
}
