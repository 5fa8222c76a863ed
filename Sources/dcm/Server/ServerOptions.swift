import ArgumentParser
import Bus
import Configuration
import Gateway
import Logging

/// What a server can be told, by option or environment; options win.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address to listen on: an IP address or localhost. Environment: HOST. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port of the REST API. Environment: PORT. (default: 3847)")
    var port: UInt16?

    @Option(help: "Port of the WebSocket. Environment: WS_PORT. (default: 3849)")
    var wsPort: UInt16?

    @OptionGroup var location: DataLocation

    @OptionGroup var database: DatabaseLocation

    @OptionGroup var delivery: DeliveryOptions

    @OptionGroup var exchange: ExchangeOptions

    @Option(help: "Event loops. One carries a million messages per second.")
    var loops = 1

    @Option(help: "Another name for this server that requests may have in Host; may be repeated.")
    var allowHost: [String] = []

    @Option(help: "A web origin whose pages may use this server; may be repeated.")
    var allowOrigin: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help:
            "Let agents in on their word and mint tokens for whoever asks. (default: on loopback unless NODE_ENV=production)"
    )
    var devAuth: Bool?

    @Option(help: "Connections of both ports together. (default: 20000, or what the limit of open files allows)")
    var maxConnections: Int?

    @Option(help: "Mebibytes of records that may wait for the store; beyond, new ones are refused with 503.")
    var journalSize = 1024

    @Option(help: "Events that are kept of each channel for those who come back; 0 for none.")
    var historyDepth = 1000

    @Option(help: "Seconds that such an event is kept; 0 turns it off.")
    var historyAge = 3600

    @Option(help: "Mebibytes of all such events together.")
    var historySize = 256

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    @Flag(help: "Add the endpoint /echo to the WebSocket port, for conformance suites.")
    var echo = false

    func validate() throws {
        guard (1...64).contains(loops) else { throw ValidationError("--loops takes a number from 1 to 64") }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level takes \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard (1...1 << 20).contains(journalSize) else {
            throw ValidationError("--journal-size takes a number from 1 to 1048576")
        }
        guard (0...1_000_000).contains(historyDepth), (0...31_536_000).contains(historyAge) else {
            throw ValidationError("--history-depth takes a number up to 1000000, --history-age one up to 31536000")
        }
        guard (1...65_536).contains(historySize) else {
            throw ValidationError("--history-size takes a number from 1 to 65536")
        }
        guard maxConnections.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--max-connections takes a number above 0")
        }
    }

    /// The same options for a server in the background.
    var arguments: [String] {
        var arguments = ["--data", location.path, "--loops", "\(loops)", "--log-level", logLevel]
        arguments += ["--journal-size", "\(journalSize)", "--history-depth", "\(historyDepth)"]
        arguments += ["--history-age", "\(historyAge)", "--history-size", "\(historySize)"]
        arguments += delivery.arguments
        if let url = database.url { arguments += ["--database", url] }
        if let maxConnections { arguments += ["--max-connections", "\(maxConnections)"] }
        if let host { arguments += ["--host", host] }
        if let port { arguments += ["--port", "\(port)"] }
        if let wsPort { arguments += ["--ws-port", "\(wsPort)"] }
        for name in allowHost { arguments += ["--allow-host", name] }
        for origin in allowOrigin { arguments += ["--allow-origin", origin] }
        if let devAuth { arguments.append(devAuth ? "--dev-auth" : "--no-dev-auth") }
        arguments += exchange.arguments
        if echo { arguments.append("--echo") }
        return arguments
    }
}
