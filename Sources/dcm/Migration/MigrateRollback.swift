import ArgumentParser
import Foundation

/// `dcm migrate rollback`
struct MigrateRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Take back what migrations have put in, and only that.",
        discussion: "What was recorded and learnt here since stays, as if there had been no migration."
    )

    @OptionGroup var server: ServerForDuration
    @OptionGroup var consent: ConsentOption

    @Option(help: "Only what came from the old database of this name.")
    var source: String?

    @Option(help: "Only what this job has put in.")
    var job: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() async throws {
        var arguments = ["type": "migration.rollback"]
        arguments["source"] = source
        arguments["job"] = job
        let finished = try await server.run { [arguments] client in
            let jobs = try client.jobs().filter { $0.type == "migration" || $0.type == "migration.follow" }
            if !json {
                for migration in jobs where isMeant(migration) { print(migration.line) }
            }
            try consent.ask("Take back what these have put in?")
            return try await client.perform(arguments, showsProgress: !json)
        }
        guard finished.state == "completed" else {
            if json { print(finished.text) }
            throw CommandError("The rollback \(finished.id) \(finished.outcome).")
        }
        let report = finished.report
        print(
            json
                ? finished.reportText
                : "Took back \(report["actions"] ?? 0) actions and \(report["scores"] ?? 0) scores."
        )
    }

    private func isMeant(_ migration: JobAnswer) -> Bool {
        if let job { return migration.id == job }
        return source == nil || migration.arguments["source"] as? String ?? SourceOptions.defaultName == source
    }
}
