import Agents
import ArgumentParser
import Foundation

/// `dcm migrate apply`
struct MigrateApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Take the old history over and prove that all of it is here.",
        discussion: """
            Works on a copy of the old database, which stays as its backup. May be interrupted in any way and run again: \
            nothing is stored twice. The exit status is 0 only when every row is here and verified, 2 when some were \
            rejected.
            """
    )

    @OptionGroup var source: SourceOptions
    @OptionGroup var server: ServerForDuration
    @OptionGroup var consent: ConsentOption

    @Option(help: "How scores are joined with what was learnt here: keep-larger, sum or replace.")
    var scores = "keep-larger"

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() async throws {
        if !consent.yes {
            print(try await MigratePlan.make(source).text)
            try consent.ask("Migrate this?")
        }
        let arguments = ["type": "migration", "from": source.path, "source": source.source, "scores": scores]
        let job = try await server.run { client in
            // One that was interrupted is gone on with.
            let interrupted = try client.jobs().first { job in
                job.type == "migration" && ["running", "paused"].contains(job.state)
                    && job.arguments["from"] as? String == source.path
                    && job.arguments["source"] as? String == source.source
            }
            if let interrupted { return try await client.goOn(with: interrupted, showsProgress: !json) }
            return try await client.perform(arguments, showsProgress: !json)
        }
        guard job.state == "completed" else {
            if json { print(job.text) }
            throw CommandError("The migration \(job.id) \(job.outcome).")
        }
        print(json ? job.reportText : MigrateApply.text(job))
        if job.rejected > 0 { throw MigrateCommand.incomplete }
    }

    private static func text(_ job: JobAnswer) -> String {
        let path = (job.report["backup"] as? String).map { String($0.dropLast(3)) + ".report.txt" }
        return path.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? job.reportText
    }
}
