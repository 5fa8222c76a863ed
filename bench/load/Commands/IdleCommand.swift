import ArgumentParser
import Bus

/// `dcm-bench idle`
struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Memory of the server for each idle WebSocket connection; the kernel's buffers don't count."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Connections.")
    var connections = 10_000

    func run() async throws {
        try await server.withTargets { targets in
            try await output.printReport { try await IdleCommand.measure(connections, targets) }
        }
    }

    /// Only meaningful on a server that has not had as many connections before: freed memory is used again.
    static func measure(_ count: Int, _ targets: Targets) async throws -> Report {
        let bus = Bus()
        try await bus.start()
        defer { bus.stop() }
        let before = try targets.dcm.figures.memory()
        let address = targets.dcm.messages
        let outcome: Result<Void, BenchError> = await withCheckedContinuation { continuation in
            bus.shards[0].runHere { shard in
                IdleRun(address, count: count) { continuation.resume(returning: $0) }.start(on: shard)
            }
        }
        try outcome.get()
        // Two ticks of the server: whatever it gives back when a connection falls silent has been given back.
        try await Task.sleep(for: .seconds(2))
        let after = try targets.dcm.figures.memory()
        let row = Report.Row(
            name: "\(count) connections",
            cells: [
                ("RSS bytes/connection", .count(Double(after.resident - before.resident) / Double(count))),
                ("PSS bytes/connection", .count(Double(after.proportional - before.proportional) / Double(count))),
                ("server RSS MiB", .measure(Double(after.resident) / 1048576)),
            ]
        )
        return Report(title: "Idle WebSocket connections", rows: [row])
    }
}
