import ArgumentParser
import Bus

/// `dcm-bench latency`
struct LatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "How late messages arrive at a fixed rate.",
        discussion: "Messages are sent when they are due, whatever the server does, and measured from that time."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: LatencyOptions

    func run() async throws {
        try await server.withTargets { targets in
            try await output.printReport { try await LatencyCommand.measure(options, targets) }
        }
    }

    static func measure(_ options: LatencyOptions, _ targets: Targets) async throws -> Report {
        let bus = Bus()
        try await bus.start()
        defer { bus.stop() }
        let plan = options.plan(to: targets.dcm)
        let format = DCMFormat(host: "\(plan.address)", channel: TrafficPlan.channel, size: options.size)
        let outcome = try await TrafficRun.run(plan, format: format, server: targets.dcm.figures, on: bus)
        var rows = [LatencyCommand.row("dcm", outcome)]
        if let nats = targets.nats {
            var peer = options.plan(to: nats)
            peer.wantsAnswers = false
            let outcome = try await TrafficRun.run(
                peer,
                format: NATSFormat(size: format.dataSize),
                server: nats.figures,
                on: bus
            )
            rows.append(LatencyCommand.row("nats-server", outcome))
        }
        let shape = "\(options.publishers) -> \(options.subscribers)"
        return Report(
            title: "Latency of delivery, \(shape) at \(Int(options.rate)) messages/s, microseconds",
            rows: rows
        )
    }

    static func row(_ name: String, _ outcome: TrafficOutcome) -> Report.Row {
        Report.Row(
            name: name,
            cells: outcome.latency.cells + [
                ("server CPU s/million delivered", .measure(outcome.expense.server / Double(outcome.delivered) * 1e6)),
                ("server CPU %", .count(outcome.expense.server / outcome.expense.seconds * 100)),
            ]
        )
    }
}

/// A fixed rate.
struct LatencyOptions: ParsableArguments {
    @Option(help: "Messages a second, all publishers together.")
    var rate = 5000.0

    @Option(help: "Publishers.")
    var publishers = 1

    @Option(help: "Subscribers.")
    var subscribers = 1

    @Option(help: "Bytes of the JSON text of a publish.")
    var size = 200

    @Option(help: "Seconds, after a warm-up of one.")
    var seconds = 10.0

    @Flag(help: "Sleep between messages instead of spinning, where cores are few and busy.")
    var sleeps = false

    func plan(to target: Target) -> TrafficPlan {
        TrafficPlan(
            address: target.messages,
            publishers: publishers,
            subscribers: subscribers,
            pace: .rate(rate),
            sleeps: sleeps,
            seconds: seconds
        )
    }
}

extension Histogram {
    /// Percentiles in microseconds.
    var cells: [(column: String, value: Report.Value)] {
        func microseconds(_ nanoseconds: UInt64) -> Report.Value { .measure(Double(nanoseconds) / 1000) }
        return [
            ("p50", microseconds(percentile(0.5))), ("p90", microseconds(percentile(0.9))),
            ("p99", microseconds(percentile(0.99))), ("p99.9", microseconds(percentile(0.999))),
            ("max", microseconds(maximum)),
        ]
    }
}
