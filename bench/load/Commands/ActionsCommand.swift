import ArgumentParser
import Bus

/// `dcm-bench actions`
struct ActionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "actions",
        abstract: "Durable POST /api/actions over keep-alive connections, one request each in flight."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ActionsOptions

    func run() async throws {
        try await server.withTargets { targets in
            try await output.printReport { try await ActionsCommand.measure(options, targets) }
        }
    }

    static func measure(_ options: ActionsOptions, _ targets: Targets) async throws -> Report {
        guard let address = targets.dcm.rest else { throw BenchError("this server has no REST port") }
        let bus = Bus()
        try await bus.start()
        defer { bus.stop() }
        let outcome = try await ActionsRun.run(
            address,
            connections: options.connections,
            seconds: options.seconds,
            server: targets.dcm.figures,
            on: bus
        )
        let expense = outcome.expense
        let row = Report.Row(
            name: "\(options.connections) connections",
            cells: [("requests/s", .count(Double(outcome.answered) / expense.seconds))] + outcome.latency.cells + [
                ("server CPU s/million", .measure(expense.server / Double(outcome.answered) * 1e6)),
                ("server CPU %", .count(expense.server / expense.seconds * 100)),
                ("generator CPU %", .count(expense.generator / expense.seconds * 100)),
                ("saturated", .text(expense.saturated)),
            ]
        )
        return Report(title: "Durable POST /api/actions, all answered 201, microseconds", rows: [row])
    }
}

/// How many post for how long.
struct ActionsOptions: ParsableArguments {
    @Option(help: "Keep-alive connections.")
    var connections = 64

    @Option(help: "Seconds, after a warm-up of one.")
    var seconds = 10.0
}
