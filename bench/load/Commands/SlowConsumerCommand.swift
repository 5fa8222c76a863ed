import ArgumentParser
import Bus

/// `dcm-bench slow-consumer`
struct SlowConsumerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slow-consumer",
        abstract: "How late messages arrive at the others while one subscriber has stopped reading."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: SlowConsumerOptions

    func run() async throws {
        try await server.withTargets { targets in
            try await output.printReport { try await SlowConsumerCommand.measure(options, targets) }
        }
    }

    static func measure(_ options: SlowConsumerOptions, _ targets: Targets) async throws -> Report {
        let bus = Bus()
        try await bus.start()
        defer { bus.stop() }
        var rows: [Report.Row] = []
        for withSilent in [false, true] {
            var plan = TrafficPlan(
                address: targets.dcm.messages,
                publishers: 1,
                subscribers: 10,
                pace: .rate(options.rate),
                seconds: options.seconds
            )
            plan.withSilent = withSilent
            let format = DCMFormat(host: "\(plan.address)", channel: TrafficPlan.channel, size: options.size)
            let outcome = try await TrafficRun.run(plan, format: format, server: targets.dcm.figures, on: bus)
            let code = outcome.silentCode.map(String.init) ?? (withSilent ? "none" : "-")
            rows.append(
                Report.Row(
                    name: withSilent ? "one of 11 does not read" : "all 10 read",
                    cells: outcome.latency.cells + [
                        (
                            "server CPU s/million delivered",
                            .measure(outcome.expense.server / Double(outcome.delivered) * 1e6)
                        ),
                        ("its close code", .text(code)),
                    ]
                )
            )
        }
        let title = "10 subscribers at \(Int(options.rate)) messages/s of \(options.size) bytes, microseconds"
        return Report(title: title, rows: rows)
    }
}

/// Enough traffic to fill the kernel's buffers and the server's within the time.
struct SlowConsumerOptions: ParsableArguments {
    @Option(help: "Messages a second.")
    var rate = 5000.0

    @Option(help: "Bytes of the JSON text of a publish.")
    var size = 1000

    @Option(help: "Seconds for each row, after a warm-up of one.")
    var seconds = 10.0
}
