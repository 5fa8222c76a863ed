/// What a phase cost on both sides.
struct Expense: Sendable {
    var seconds: Double
    /// Processor time of the measured process, in seconds.
    var server: Double
    /// The same of the generator.
    var generator: Double

    /// Which side used up its core, and so was the limit.
    var saturated: String {
        let busy = 0.95 * seconds
        switch (server >= busy, generator >= busy) {
        case (true, true): return "both"
        case (true, false): return "server"
        case (false, true): return "generator"
        case (false, false): return "neither"
        }
    }

    /// Begins to count; the result ends it.
    static func start(of server: ServerFigures?) throws(BenchError) -> Stopwatch {
        try Stopwatch(server)
    }

    struct Stopwatch {
        private let server: ServerFigures?
        private let start: UInt64
        private let generatorStart: UInt64
        private let serverStart: Double

        fileprivate init(_ server: ServerFigures?) throws(BenchError) {
            self.server = server
            serverStart = try server?.processorSeconds() ?? 0
            generatorStart = Nanoseconds.processorTime()
            start = Nanoseconds.now()
        }

        func stop() throws(BenchError) -> Expense {
            let end = Nanoseconds.now()
            let generatorEnd = Nanoseconds.processorTime()
            return Expense(
                seconds: Double(end - start) / 1e9,
                server: (try server?.processorSeconds() ?? 0) - serverStart,
                generator: Double(generatorEnd - generatorStart) / 1e9
            )
        }
    }
}
