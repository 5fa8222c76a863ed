import ArgumentParser

/// Which server is measured.
struct ServerOptions: ParsableArguments {
    @Option(help: "Start this dcm on free ports with an empty data folder, and stop it at the end.")
    var spawn: String?

    @Option(help: "The core that started servers are pinned to.")
    var serverCore: Int?

    @Option(help: "Process id of a server that runs already.")
    var pid: Int32?

    @Option(help: "Its address.")
    var host = "127.0.0.1"

    @Option(help: "Its REST port.")
    var port: UInt16 = 3847

    @Option(help: "Its WebSocket port.")
    var wsPort: UInt16 = 3849

    @Option(help: "Also start this nats-server and measure it in the same way.")
    var nats: String?
}

/// How results are printed.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON instead of a table.")
    var json = false

    @Option(help: "Measure so many times and print the medians.")
    var runs = 1
}
