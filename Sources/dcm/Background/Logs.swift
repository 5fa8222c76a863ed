import ArgumentParser
import Foundation

/// `dcm logs`
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the log of the server in the background.")

    @OptionGroup var location: DataLocation

    @Option(name: .shortAndLong, help: "How many lines of its end to show.")
    var lines = 100

    @Flag(name: .shortAndLong, help: "Go on showing what is added, until interrupted.")
    var follow = false

    func run() async throws {
        guard let file = FileHandle(forReadingAtPath: location.logFile) else {
            throw CommandError("There is no log \(location.logFile): 'dcm start' writes it.")
        }
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        let all = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
        for line in all.suffix(max(0, lines)) { print(line) }
        while follow {
            try await Task.sleep(for: .milliseconds(200))
            if let more = try file.readToEnd(), !more.isEmpty { FileHandle.standardOutput.write(more) }
        }
    }
}
