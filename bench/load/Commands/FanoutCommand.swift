import ArgumentParser
import Bus

/// `dcm-bench fanout`
struct FanoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fanout",
        abstract: "Messages from publishers to subscribers of one channel, as fast as the server takes them.",
        discussion: "Without --publishers and --subscribers: 1 -> 1, 1 -> 100, 8 -> 8 and 8 pairs."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: FanoutOptions

    @Option(help: "Publishers of one row.")
    var publishers: Int?

    @Option(help: "Subscribers of one row.")
    var subscribers: Int?

    @Flag(help: "Each publisher has a channel of its own, with one subscriber.")
    var pairs = false

    func run() async throws {
        let shapes =
            if let publishers {
                [
                    FanoutShape(
                        publishers: publishers,
                        subscribers: pairs ? publishers : subscribers ?? 1,
                        inPairs: pairs
                    )
                ]
            } else {
                FanoutShape.usual
            }
        try await server.withTargets { targets in
            try await output.printReport { try await FanoutCommand.measure(shapes, options, targets) }
        }
    }

    static func measure(_ shapes: [FanoutShape], _ options: FanoutOptions, _ targets: Targets) async throws -> Report {
        let bus = Bus()
        try await bus.start()
        defer { bus.stop() }
        var rows: [Report.Row] = []
        for shape in shapes {
            let plan = options.plan(shape, to: targets.dcm)
            let format = DCMFormat(
                host: "\(plan.address)",
                channel: TrafficPlan.channel,
                size: options.size,
                isDurable: options.durable
            )
            let outcome = try await TrafficRun.run(plan, format: format, server: targets.dcm.figures, on: bus)
            rows.append(row("\(shape) dcm", outcome))
            guard let nats = targets.nats else { continue }
            var peer = options.plan(shape, to: nats)
            peer.wantsAnswers = false
            let natsOutcome = try await TrafficRun.run(
                peer,
                format: NATSFormat(size: format.dataSize),
                server: nats.figures,
                on: bus
            )
            rows.append(row("\(shape) nats-server", natsOutcome))
        }
        let answers = options.noAcks ? "without answers" : "each publish to dcm answered"
        return Report(title: "Fan-out, \(options.size) bytes, \(answers)", rows: rows)
    }

    private static func row(_ name: String, _ outcome: TrafficOutcome) -> Report.Row {
        let expense = outcome.expense
        return Report.Row(
            name: name,
            cells: [
                ("published/s", .count(Double(outcome.published) / expense.seconds)),
                ("delivered/s", .count(Double(outcome.delivered) / expense.seconds)),
                ("server CPU s/million delivered", .measure(expense.server / Double(outcome.delivered) * 1e6)),
                ("server CPU %", .count(expense.server / expense.seconds * 100)),
                ("generator CPU %", .count(expense.generator / expense.seconds * 100)),
                ("saturated", .text(expense.saturated)),
            ]
        )
    }
}

/// How many publish to how many.
struct FanoutShape: CustomStringConvertible {
    let publishers: Int
    let subscribers: Int
    var inPairs = false

    static let usual = [
        FanoutShape(publishers: 1, subscribers: 1), FanoutShape(publishers: 1, subscribers: 100),
        FanoutShape(publishers: 8, subscribers: 8), FanoutShape(publishers: 8, subscribers: 8, inPairs: true),
    ]

    var description: String {
        inPairs ? "\(publishers) x 1 -> 1" : "\(publishers) -> \(subscribers)"
    }
}

/// What all rows of a fan-out have in common.
struct FanoutOptions: ParsableArguments {
    @Option(help: "Bytes of the JSON text of a publish.")
    var size = 200

    @Option(help: "Seconds for each row, after a warm-up of one.")
    var seconds = 5.0

    @Option(help: "Deliveries that may be outstanding, for each publisher and each copy of its messages.")
    var window = 512

    @Flag(help: "Publish without asking for an answer.")
    var noAcks = false

    @Flag(help: "Ask for answers that come when the event is on the disk.")
    var durable = false

    func plan(_ shape: FanoutShape, to target: Target) -> TrafficPlan {
        var plan = TrafficPlan(
            address: target.messages,
            publishers: shape.publishers,
            subscribers: shape.subscribers,
            pace: .window(1),
            seconds: seconds
        )
        plan.inPairs = shape.inPairs
        plan.wantsAnswers = !noAcks
        plan.pace = .window(window * plan.copies * (shape.inPairs ? shape.publishers : 1))
        return plan
    }
}
