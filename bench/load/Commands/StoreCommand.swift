import ArgumentParser
import Bus
import Logging
import Storage

/// `dcm-bench store`
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Actions from a full journal into PostgreSQL.",
        discussion: "bench/store compares it with a plain client of libpq; the tables should be empty."
    )

    @Option(help: "The database, as postgres://user@host/name.")
    var database: String

    @Option(help: "Rows of one run.")
    var rows = 600_000

    @Option(help: "Keywords of each action; the routing learns from them.")
    var keywords = 0

    @Option(help: "Pairs of keyword and tool that occur.")
    var keys = 10_000

    @Option(help: "Single records whose delay is measured while nothing else happens; 0 for none.")
    var idle = 0

    @OptionGroup var output: OutputOptions

    func run() async throws {
        // The journal is filled while no store is there, which the writer would report.
        LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
        let run = StoreRun(
            location: .postgres(try PostgresOptions(url: database)),
            actions: StoreActions(keywords: keywords, keys: keys)
        )
        try await run.createTables()
        if idle > 0 {
            try await output.printReport { StoreCommand.report(try await run.idleDelays(records: idle)) }
        } else {
            try await output.printReport { try await report(run) }
        }
    }

    private func report(_ run: StoreRun) async throws -> Report {
        let (rows, expense) = try await run.drain(rows: rows)
        let row = Report.Row(
            name: "\(keywords) keywords",
            cells: [
                ("rows/s", .count(Double(rows) / expense.seconds)),
                ("own CPU us/row", .measure(expense.generator / Double(rows) * 1e6)),
            ]
        )
        return Report(title: "Actions from the journal into PostgreSQL", rows: [row])
    }

    private static func report(_ delays: Histogram) -> Report {
        Report(
            title: "One record, from the journal into the store, microseconds",
            rows: [
                Report.Row(name: "idle", cells: delays.cells)
            ]
        )
    }
}
