import ArgumentParser

/// `dcm migrate status`
struct MigrateStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say what migrations there were and how far they are."
    )

    @OptionGroup var server: ServerForDuration

    @Flag(help: "Print the jobs as JSON.")
    var json = false

    func run() async throws {
        let jobs = try await server.run { client in
            try client.jobs().filter { $0.type.hasPrefix("migration") }
        }
        if json {
            print("[\(jobs.map(\.text).joined(separator: ","))]")
            return
        }
        if jobs.isEmpty { print("There was no migration.") }
        for job in jobs { print(job.line) }
    }
}
