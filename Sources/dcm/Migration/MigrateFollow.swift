import ArgumentParser
import Foundation

/// `dcm migrate follow`
struct MigrateFollow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Catch up with an old database while both hooks run.",
        discussion: """
            Begins behind the last row that a migration has read. A call that both hooks have seen is not stored twice. \
            It goes on until it is interrupted, or, with --once, until nothing is left.
            """
    )

    @OptionGroup var source: SourceOptions
    @OptionGroup var server: ServerForDuration

    @Flag(help: "End when nothing is left.")
    var once = false

    @Option(help: "Seconds that a row waits for the same call to be recorded here.")
    var lag = 5.0

    @Flag(help: "Print the counts as JSON.")
    var json = false

    func run() async throws {
        let arguments: [String: Any] = [
            "type": "migration.follow", "from": source.path, "source": source.source, "once": once, "lag": lag,
        ]
        let job = try await server.run { client in
            try await client.perform(arguments, showsProgress: !json, atInterrupt: .cancel)
        }
        if json {
            print(job.report.isEmpty ? job.text : job.reportText)
        } else {
            print("\(job.state): \(job.followed)")
        }
        guard ["completed", "cancelled"].contains(job.state) else {
            throw CommandError("The following of the old database \(job.outcome).")
        }
        if job.rejected > 0 { throw MigrateCommand.incomplete }
    }
}
