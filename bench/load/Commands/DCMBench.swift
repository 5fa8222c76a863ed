import ArgumentParser

@main
struct DCMBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dcm-bench",
        abstract: "Load generator for dcm: how fast, how late, how big.",
        discussion: "bench/README.md says how to run and read it; bench/run does all of it.",
        subcommands: [
            BusCommand.self, FanoutCommand.self, LatencyCommand.self, SlowConsumerCommand.self, ActionsCommand.self,
            IdleCommand.self, StoreCommand.self, AllCommand.self,
        ]
    )
}

extension OutputOptions {
    /// Measures as often as asked and prints the medians.
    func printReport(_ measure: () async throws -> Report) async throws {
        var reports: [Report] = []
        for _ in 0..<max(1, runs) { reports.append(try await measure()) }
        if let report = Report.median(reports) { print(json ? report.json : report.table) }
    }
}

extension ServerOptions {
    /// Starts or finds the servers, and stops what was started.
    func withTargets(_ body: (Targets) async throws -> Void) async throws {
        FileDescriptors.raiseLimit()
        let targets = try Targets(self)
        defer { targets.stop() }
        try await body(targets)
    }
}
