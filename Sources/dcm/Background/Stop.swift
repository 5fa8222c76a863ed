import ArgumentParser
import Glibc

/// `dcm stop`
struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop the server: it answers what it has accepted and says goodbye."
    )

    @OptionGroup var location: DataLocation

    @Option(help: "Seconds to wait for it.")
    var timeout = 30.0

    func run() async throws {
        guard let server = RunningServer(folder: location.path) else {
            throw CommandError("No server runs on the data folder \(location.path).")
        }
        guard kill(server.processID, SIGTERM) == 0 else {
            throw CommandError("Process \(server.processID) can't be signalled: it belongs to another user.")
        }
        let folder = location.path
        guard try await RunningServer.wait(seconds: timeout, until: { RunningServer(folder: folder) == nil }) else {
            throw CommandError("Process \(server.processID) has not ended after \(timeout) seconds; see 'dcm logs'.")
        }
        print("Stopped process \(server.processID)")
    }
}
