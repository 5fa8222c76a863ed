import ArgumentParser

/// `dcm-bench bus`
struct BusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bus",
        abstract: "Messages between two agents in one process, which answer each other."
    )

    @Option(help: "Seconds for each row.")
    var seconds = 3.0

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.printReport { try await BusCommand.measure(seconds: seconds) }
    }

    static func measure(seconds: Double) async throws -> Report {
        var rows: [Report.Row] = []
        for (name, loops) in [("both on one loop", 1), ("on two loops", 2)] {
            let (handled, expense) = try await RelayRun.run(loops: loops, seconds: seconds)
            rows.append(
                Report.Row(
                    name: name,
                    cells: [
                        ("messages/s", .count(Double(handled) / expense.seconds)),
                        ("CPU s/million", .measure(expense.generator / Double(handled) * 1e6)),
                    ]
                )
            )
        }
        return Report(title: "Agents in one process", rows: rows)
    }
}
