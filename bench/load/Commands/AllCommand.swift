import ArgumentParser

/// `dcm-bench all`: what bench/README.md shows.
struct AllCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "All measurements against servers; each on a fresh server when --spawn is given."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var fanout: FanoutOptions

    @Option(help: "Idle connections.")
    var connections = 10_000

    func run() async throws {
        let latency = try LatencyOptions.parse([])
        let slow = try SlowConsumerOptions.parse([])
        let actions = try ActionsOptions.parse([])
        try await measure { try await FanoutCommand.measure(FanoutShape.usual, fanout, $0) }
        try await measure { try await LatencyCommand.measure(latency, $0) }
        try await measure { try await SlowConsumerCommand.measure(slow, $0) }
        try await measure { try await ActionsCommand.measure(actions, $0) }
        try await measure { try await IdleCommand.measure(connections, $0) }
    }

    private func measure(_ body: (Targets) async throws -> Report) async throws {
        try await output.printReport {
            FileDescriptors.raiseLimit()
            let targets = try Targets(server)
            defer { targets.stop() }
            return try await body(targets)
        }
    }
}
